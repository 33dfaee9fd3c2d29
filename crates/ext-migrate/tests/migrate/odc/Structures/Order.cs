using OutSystems.ExternalLibraries.SDK;

namespace Example.Pricing.Structures
{
    [OSStructure(Description = "An order", OriginalName = "Basket")]
    public struct Order
    {
        public static readonly string Kind = "order";
        public const int Version = 1;

        [OSStructureField(Description = "Its number", Length = 20, IsMandatory = true)]
        public string Number;

        [OSStructureField(DataType = OSDataType.Decimal, Length = 12, Decimals = 2, DefaultValue = "1.50")]
        public decimal Total { get; set; } = 1.5m;

        [OSStructureField(DataType = OSDataType.PhoneNumber, IsMandatory = false)]
        public string Phone { get; init; }

        [OSStructureField(DefaultValue = "-1", OriginalName = "Level")]
        public int Priority;

        [OSStructureField(DataType = OSDataType.Time)]
        public DateTime At;

        [OSStructureField(DataType = OSDataType.Text)]
        public bool Odd;

        /// <summary>All lines.</summary>
        public List<Line> Lines;

        public Line[] Spare { get; set; }

        public Structures.Line? First;

        [OSIgnore]
        public string Secret;

        private string hidden;

        public Address ShipTo, BillTo;

        public bool IsEmpty => Lines.Count == 0;

        public Order()
        {
            Number = "";
        }
    }

    /// <summary>
    /// A line.
    /// </summary>
    [OSStructure]
    public record struct Line(
        [property: OSStructureField(Description = "The article")] string Article,
        decimal Price,
        int Quantity = 1);

    public class Place
    {
        public string City { get; set; }
    }

    public class Address : Place
    {
        public string Street { get; set; }

        /// <summary>Leads back.</summary>
        public List<Address> Others { get; set; }
    }

    [OSStructure(Description = "Cannot be one")]
    public struct Page<T>
    {
        public List<T> Items;
    }

    [OSStructure(Description = "Has nothing")]
    public struct Nothing
    {
    }

    [OSStructure(Description = "Has the name of a type")]
    public struct Email
    {
        public string Subject;
        public Nothing Nothing;
        public State State;
    }

    public enum State
    {
        Open,
        Closed,
    }
}
