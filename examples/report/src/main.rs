//! Reads orders, projects and a loan from a workbook, computes, and writes a workbook: with
//! two extensions, and without a line about spreadsheets or finance of its own.

mod extensions {
    ext_host::extensions!();
}

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::process::ExitCode;

use ext_host::Host;
use extensions::finance::{Finance, FinanceError};
use extensions::spreadsheet::{Cell, Record, SheetData, Spreadsheet};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next().unwrap_or_else(|| "data/orders.xlsx".into());
    let output = arguments.next().unwrap_or_else(|| "report.xlsx".into());

    let host = Host::new()?;
    let spreadsheet = Spreadsheet::load(&host)?;
    let finance = Finance::load(&host)?;

    let workbook = std::fs::read(&input)?;
    let sheets = spreadsheet.list_sheets(&workbook)?;
    let names: Vec<String> =
        sheets.iter().map(|it| format!("{} ({} rows)", it.name, it.rows)).collect();
    println!("{input}: {}", names.join(", "));

    let settings = Settings::read(&spreadsheet.read_rows(&workbook, "Settings")?)?;
    let orders = spreadsheet.read_rows(&workbook, "Orders")?;
    let flows = spreadsheet.read_range(&workbook, "Cash flows", None)?;

    let (by_customer, total) = by_customer_and_month(&orders)?;
    println!("{} orders, {total:.2} in total", orders.len());
    let projects = projects(&flows, &finance, settings.discount_rate)?;
    let financing = financing(&finance, &settings)?;

    let report = [by_customer, projects, financing];
    let bytes = spreadsheet.write_workbook(&report)?;
    std::fs::write(&output, &bytes)?;
    println!("{output}: {} sheets, {} bytes", report.len(), bytes.len());
    Ok(())
}

/// What the hidden sheet says.
struct Settings {
    discount_rate: f64,
    loan: f64,
    interest_per_year: f64,
    months: u32,
}

impl Settings {
    fn read(rows: &[Record]) -> Result<Self, String> {
        let value = |name: &str| {
            let row = rows.iter().find(|row| text(row, "Setting") == Some(name));
            row.and_then(|row| number(row, "Value")).ok_or_else(|| format!("no setting `{name}`"))
        };
        Ok(Self {
            discount_rate: value("Discount rate")?,
            loan: value("Loan")?,
            interest_per_year: value("Interest per year")?,
            months: value("Months")? as u32,
        })
    }
}

fn text<'a>(row: &'a Record, column: &str) -> Option<&'a str> {
    match row.values.get(column) {
        Some(Cell::Text(text) | Cell::Date(text)) => Some(text),
        _ => None,
    }
}

fn number(row: &Record, column: &str) -> Option<f64> {
    match row.values.get(column) {
        Some(Cell::Number(number)) => Some(*number),
        _ => None,
    }
}

/// A table of what each customer ordered in each month, and what all did.
fn by_customer_and_month(orders: &[Record]) -> Result<(SheetData, f64), String> {
    let mut sums: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for order in orders {
        let incomplete = || format!("the order in row {} is incomplete", order.row);
        // Programs that do not calculate leave the formula's result out.
        let amount = number(order, "Amount")
            .or_else(|| Some(number(order, "Quantity")? * number(order, "Unit price")?))
            .ok_or_else(incomplete)?;
        let customer = text(order, "Customer").ok_or_else(incomplete)?;
        let month = text(order, "Date").and_then(|date| date.get(..7)).ok_or_else(incomplete)?;
        *sums.entry((customer, month)).or_default() += amount;
    }
    let customers: BTreeSet<&str> = sums.keys().map(|(customer, _)| *customer).collect();
    let months: BTreeSet<&str> = sums.keys().map(|(_, month)| *month).collect();
    let sum =
        |customer: &str, month: &str| sums.get(&(customer, month)).copied().unwrap_or_default();

    let mut rows = Vec::new();
    for customer in &customers {
        let amounts: Vec<f64> = months.iter().map(|month| sum(customer, month)).collect();
        let total = amounts.iter().sum();
        let numbers = amounts.into_iter().chain([total]).map(Cell::Number);
        rows.push([Cell::Text(customer.to_string())].into_iter().chain(numbers).collect());
    }
    let total = sums.values().sum();
    let mut last = vec![Cell::Text("Total".into())];
    for month in &months {
        last.push(Cell::Number(customers.iter().map(|customer| sum(customer, month)).sum()));
    }
    last.push(Cell::Number(total));
    rows.push(last);
    let header =
        ["Customer"].into_iter().chain(months).chain(["Total"]).map(str::to_owned).collect();
    Ok((SheetData { name: "By customer and month".into(), header, rows }, total))
}

/// What each project is worth.
fn projects(
    flows: &[Vec<Cell>],
    finance: &Finance,
    discount_rate: f64,
) -> Result<SheetData, Box<dyn Error>> {
    let mut rows = Vec::new();
    for row in flows.iter().skip(1) {
        let [Cell::Text(project), flows @ ..] = &row[..] else { continue };
        let flows: Vec<f64> = flows
            .iter()
            .filter_map(|cell| if let Cell::Number(it) = cell { Some(*it) } else { None })
            .collect();
        let value = finance.net_present_value(discount_rate, &flows)?;
        let (rate, remark) = match finance.internal_rate_of_return(&flows, None) {
            Ok(rate) => (Cell::Number(rate), String::new()),
            // The extension's own error, with its type.
            Err(ext_host::Error::Action(error @ FinanceError::NoSignChange)) => {
                (Cell::Error("#N/A".into()), error.to_string())
            }
            Err(other) => return Err(other.into()),
        };
        println!("{project}: net present value {value:.2} {remark}");
        rows.push(vec![Cell::Text(project.clone()), Cell::Number(value), rate, Cell::Text(remark)]);
    }
    let header = ["Project", "Net present value", "Internal rate of return", "Remark"];
    Ok(SheetData { name: "Projects".into(), header: header.map(str::to_owned).into(), rows })
}

/// How the loan is paid back.
fn financing(finance: &Finance, settings: &Settings) -> Result<SheetData, Box<dyn Error>> {
    let rate = settings.interest_per_year / 12.0;
    let schedule =
        finance.amortization_schedule(settings.loan, rate, settings.months, None, Some(2))?;
    let interest: f64 = schedule.iter().map(|it| it.interest).sum();
    println!("loan of {}: {} installments, {interest:.2} interest", settings.loan, schedule.len());
    let rows = (schedule.iter())
        .map(|it| [f64::from(it.period), it.payment, it.interest, it.principal, it.balance])
        .map(|numbers| numbers.map(Cell::Number).into())
        .collect();
    let header = ["Month", "Payment", "Interest", "Principal", "Balance"];
    Ok(SheetData { name: "Financing".into(), header: header.map(str::to_owned).into(), rows })
}
