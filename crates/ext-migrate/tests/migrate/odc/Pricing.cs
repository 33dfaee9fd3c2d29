namespace Example.Pricing
{
    public class Pricing : IPricing
    {
        private readonly ILogger _logger;

        public Pricing(ILogger logger)
        {
            _logger = logger;
        }

        public decimal PriceOrder(Structures.Order order, string currency, string contact, DateTime day, int retries, bool strict, double factor)
        {
            return order.Lines?.Sum(it => it.Price * it.Quantity) ?? 0m;
        }

        public List<string> Split(string text, params string[] separators) => text.Split(separators).ToList();
    }
}
