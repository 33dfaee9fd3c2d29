//! Items as people write them on the command line: `currency: String = "EUR"`.

use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;
use ext_definition::naming::check_element;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, Token, Type, UnOp, parenthesized};

use super::item::unraw;
use super::stub::{NewCase, NewPart, noun, sentence};

/// `name: Type`, or `name: Type = default`.
pub fn part(text: &str, option: &str) -> Result<NewPart, Diagnostic> {
    let parser = |input: ParseStream| {
        let name = name(input)?;
        input.parse::<Token![:]>()?;
        let ty = ty(input, text)?;
        let default = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(literal(input, text)?),
            None => None,
        };
        Ok((name, ty, default))
    };
    let form = "`name: Type` or `name: Type = default`";
    let (name, ty, default) = read(parser, text, option, form)?;
    let attributes = default.map(|it| format!("default = {it}")).into_iter().collect();
    Ok(NewPart { docs: noun(&name), attributes, name, ty })
}

/// `Type`, or `name: Type`.
pub fn output(text: &str) -> Result<(Option<String>, String), Diagnostic> {
    let parser = |input: ParseStream| {
        let is_named =
            input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::]);
        let name = if is_named {
            let name = name(input)?;
            input.parse::<Token![:]>()?;
            Some(name)
        } else {
            None
        };
        Ok((name, ty(input, text)?))
    };
    read(parser, text, "--out", "`Type` or `name: Type`")
}

/// A type.
pub fn error(text: &str) -> Result<String, Diagnostic> {
    read(|input: ParseStream| ty(input, text), text, "--error", "a type")
}

/// `Name`, or `Name(Type, …)`.
pub fn case(text: &str) -> Result<NewCase, Diagnostic> {
    let parser = |input: ParseStream| {
        let name = name(input)?;
        let mut data = None;
        if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            let mut types = Vec::new();
            while !content.is_empty() {
                types.push(ty(&content, text)?);
                if !content.is_empty() {
                    content.parse::<Token![,]>()?;
                }
            }
            data = (!types.is_empty()).then(|| types.join(", "));
        }
        Ok((name, data))
    };
    let (name, data) = read(parser, text, "--case", "`Name` or `Name(Type)`")?;
    Ok(NewCase { docs: sentence(&name), attributes: Vec::new(), name, data })
}

/// The name of a new item.
pub fn item(text: &str, what: &str) -> Result<String, Diagnostic> {
    let name = text.strip_prefix("r#").unwrap_or(text);
    match check_element(name) {
        Ok(()) => Ok(name.to_owned()),
        Err(reason) => {
            let message = format!("`{text}` cannot be the name of an {what}: {reason}");
            let message = match what.starts_with(['a', 'e']) {
                true => message,
                false => message.replacen(" an ", " a ", 1),
            };
            Err(Diagnostic::error(code::ELEMENT_NAME, message))
        }
    }
}

fn read<T>(
    parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    text: &str,
    option: &str,
    form: &str,
) -> Result<T, Diagnostic> {
    parser.parse_str(text).map_err(|error| {
        Diagnostic::error(
            code::ELEMENT_FORM,
            format!("`{option} '{text}'` cannot be read: {error}"),
        )
        .help(format!("write {form}; quote it for the shell"))
    })
}

fn name(input: ParseStream) -> syn::Result<String> {
    let ident = input.call(Ident::parse_any)?;
    let name = unraw(&ident);
    check_element(&name).map_err(|reason| {
        syn::Error::new(ident.span(), format!("`{name}` cannot be a name: {reason}"))
    })?;
    Ok(name)
}

fn ty(input: ParseStream, text: &str) -> syn::Result<String> {
    use syn::spanned::Spanned;
    let ty: Type = input.parse()?;
    if let Type::Reference(_) = ty {
        return Err(syn::Error::new_spanned(
            ty,
            "values cross the boundary whole, so that a reference cannot be one: write `String` for `&str`",
        ));
    }
    Ok(text[ty.span().byte_range()].to_owned())
}

fn literal(input: ParseStream, text: &str) -> syn::Result<String> {
    use syn::spanned::Spanned;
    let expression: Expr = input.parse()?;
    match is_literal(&expression) {
        true => Ok(text[expression.span().byte_range()].to_owned()),
        false => Err(syn::Error::new_spanned(
            expression,
            "a default is a literal, a case of an enum, or a list of these",
        )),
    }
}

fn is_literal(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(_) => true,
        Expr::Unary(unary) => {
            matches!(unary.op, UnOp::Neg(_)) && matches!(*unary.expr, Expr::Lit(_))
        }
        Expr::Path(path) => path.path.segments.len() > 1,
        Expr::Array(array) => array.elems.iter().all(is_literal),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_types_and_defaults() {
        for (text, name, ty, attributes) in [
            ("lines: Vec<Line>", "lines", "Vec<Line>", &[][..]),
            ("currency: String = \"EUR\"", "currency", "String", &["default = \"EUR\""]),
            ("r#type:Option< u8 >=-1", "type", "Option< u8 >", &["default = -1"]),
            ("type: a::B = Color::Red", "type", "a::B", &["default = Color::Red"]),
        ] {
            let part = part(text, "--in").unwrap();
            assert_eq!((part.name.as_str(), part.ty.as_str()), (name, ty));
            assert_eq!(part.attributes, attributes);
        }
        for text in
            ["", "lines", "lines Vec", "a: &str", "a: u8 = f()", "_x: u8", "a: u8 b", "ä: u8"]
        {
            assert_eq!(part(text, "--in").unwrap_err().code, code::ELEMENT_FORM, "{text}");
        }
    }

    #[test]
    fn outputs_and_cases() {
        assert_eq!(output("Price").unwrap(), (None, "Price".into()));
        assert_eq!(output("a::Price").unwrap(), (None, "a::Price".into()));
        assert_eq!(output("net: u64").unwrap(), (Some("net".into()), "u64".into()));
        assert_eq!(case("Red").unwrap().data, None);
        assert_eq!(case("Two(String, u8)").unwrap().data.as_deref(), Some("String, u8"));
        assert!(case("Red { a: u8 }").is_err());
    }
}
