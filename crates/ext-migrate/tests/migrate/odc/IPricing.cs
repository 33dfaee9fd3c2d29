using System.Collections.Generic;
using OutSystems.ExternalLibraries.SDK;
using Money = System.Decimal;

namespace Example.Pricing
{
    /// <summary>Only read where the attribute says nothing.</summary>
    [OSInterface(
        Name = "PriceLists",
        Description = "Prices of " +
                      "\"everything\"",
        IconResourceName = Resources.Icon)]
    public partial interface IPricing : IBase
    {
        /// <summary>
        /// Not this.
        /// </summary>
        /// <param name="currency">ISO 4217</param>
        [OSAction(
            Description = "Prices an order.",
            IconResourceName = Resources.Icon,
            ReturnName = "Price",
            ReturnDescription = "In the smallest unit",
            ReturnType = OSDataType.Currency,
            OriginalName = "Calculate")]
        decimal PriceOrder(
            [OSParameter(Description = "What is ordered", DataType = OSDataType.InferredFromDotNetType)]
            Structures.Order order,
            string currency = "EUR",
            [OSParameter(DataType = OSDataType.Email, OriginalName = "mail")] string contact = Defaults.Contact,
            [OSParameterAttribute(DataType = OSDataType.Date)] DateTime day = default,
            int retries = -1,
            bool strict = false,
            double factor = 1.5);

#region Lists
        /// <summary>Splits a text at <c>separators</c>, see <see cref="PriceOrder"/>.</summary>
        /// <param name="text">The text &amp; more</param>
        /// <returns>Its parts</returns>
        List<string> Split(string text, params string[] separators);
#endregion

        bool TryParse(string value, out Structures.Order order, ref int position);

        System.Threading.Tasks.Task<IEnumerable<Structures.Line>> LinesAsync(int? limit, Guid? id, string? note = null);

        System.Threading.Tasks.Task Forget(IReadOnlyList<byte> a, byte[] b, long @long, float ratio, Money total);

        (bool Ok, string Message) Ping();

        [OSIgnore]
        void Hidden();

        Stream Open(Dictionary<string, int> options, object anything, List<object> more);

        T Echo<T>(T value);
    }

    public interface IBase
    {
        /// <summary>Of the base.</summary>
        string Version();
    }

    internal static class Resources
    {
        public const string Icon = "Example.Pricing.icon.png";
    }

    public class Defaults
    {
        public const string Contact = "a" + "@" + "example.com";
    }
}
