namespace Example.Pricing;

using OutSystems.ExternalLibraries.SDK;

public partial interface IPricing
{
    [OSAction(Description = "In another file")]
    string More([OSParameter(Description = @"C:\ or ""other""")] string self);
}
