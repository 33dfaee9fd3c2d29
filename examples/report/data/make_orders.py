"""Writes orders.xlsx, the workbook that the report reads.

    pip install openpyxl==3.1.5
    python make_orders.py

The same content comes out every time: nothing in it depends on the day, the
machine or chance.

openpyxl does not calculate, so the formulas of the column Amount are stored
without results, as in many workbooks that programs write: who reads values
finds that column empty and computes quantity times unit price.
orders-calculated.xlsx is the same workbook with results, as LibreOffice 7.4
saved it:

    soffice --headless --convert-to xlsx --outdir DIRECTORY orders.xlsx
"""

import datetime
import io
import pathlib
import zipfile

from openpyxl import Workbook
from openpyxl.styles import Font

CREATED = datetime.datetime(2026, 1, 2, 3, 4, 5)
OUTPUT = pathlib.Path(__file__).with_name("orders.xlsx")

CUSTOMERS = ["Alder & Sons", "Birch GmbH", "Čedar s.r.o.", "Douglas Fir Ltd", "榎商店"]
PRICES = [4.9, 12.5, 19.99, 49.0, 129.0, 349.5]
ORDERS = 60


def bold(sheet):
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"


def orders(sheet):
    sheet.append(["Order", "Date", "Customer", "Quantity", "Unit price", "Amount"])
    first = datetime.date(2026, 1, 5)
    for n in range(ORDERS):
        row = n + 2
        # Steps without a common divisor: every customer buys at every price.
        sheet.append([
            f"SO-{1001 + n}",
            first + datetime.timedelta(days=3 * n),
            CUSTOMERS[n * 7 % len(CUSTOMERS)],
            1 + n * 11 % 24,
            PRICES[n * 5 % len(PRICES)],
            f"=D{row}*E{row}",
        ])
        sheet.cell(row, 2).number_format = "yyyy-mm-dd"
        sheet.cell(row, 5).number_format = sheet.cell(row, 6).number_format = "#,##0.00"
    bold(sheet)
    sheet.column_dimensions["B"].width = 12
    sheet.column_dimensions["C"].width = 18


def cash_flows(sheet):
    sheet.append(["Project"] + [f"Year {year}" for year in range(6)])
    sheet.append(["Warehouse", -70000, 12000, 15000, 18000, 21000, 26000])
    sheet.append(["Web shop", -40000, 8000, 9200, 10000, 12000, 14500])
    sheet.append(["Delivery vans", -100000, 30000, 35000, 40000, 45000, 10000])
    # Pays without earning: it has no internal rate of return.
    sheet.append(["Certification", -9000, -1000, -1000, -1000, -1000, -1000])
    bold(sheet)


def notes(sheet):
    sheet.append(["Topic", "Note", "Done", "When"])
    sheet.append(["Unicode", "Grüße, Ελλάδα, 日本語, 👩‍🔬🚀", True, datetime.datetime(2026, 3, 14, 15, 9, 26)])
    sheet.append(["Empty cells", None, None, None])
    sheet.append([])
    sheet.append(["Error", "#N/A", False, None])
    sheet.append(["Spaces", "  kept  ", True, datetime.time(18, 30)])
    sheet.append(["Lines", "first\nsecond", False, datetime.timedelta(hours=36, minutes=30)])
    sheet.append(["Markup", "<b>1 < 2 & 3</b>", True, None])
    bold(sheet)


def settings(sheet):
    sheet.append(["Setting", "Value"])
    sheet.append(["Discount rate", 0.08])
    sheet.append(["Loan", 60000])
    sheet.append(["Interest per year", 0.054])
    sheet.append(["Months", 36])
    sheet["B2"].number_format = sheet["B4"].number_format = "0.0%"
    bold(sheet)
    sheet.sheet_state = "hidden"


def write(workbook, path):
    """openpyxl stamps the time of saving into the properties and the archive."""
    saved = io.BytesIO()
    workbook.save(saved)
    stamp = CREATED.isoformat() + "Z"
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                start = content.index(b">", content.index(b"<dcterms:modified")) + 1
                end = content.index(b"</dcterms:modified>")
                content = content[:start] + stamp.encode() + content[end:]
            part = zipfile.ZipInfo(name, CREATED.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, content, compresslevel=9)


def main():
    workbook = Workbook()
    workbook.properties.creator = "make_orders.py"
    workbook.properties.created = CREATED
    workbook.active.title = "Orders"
    orders(workbook.active)
    for title, fill in [("Cash flows", cash_flows), ("Notes", notes), ("Settings", settings)]:
        fill(workbook.create_sheet(title))
    write(workbook, OUTPUT)


if __name__ == "__main__":
    main()
