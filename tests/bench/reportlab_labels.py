"""ReportLab's side of the bench: the labels of a CSV, 24 a page, three Vietnamese lines and a Code 128.

    python3 reportlab_labels.py LABELS.csv RUNS     prints the seconds of each run, fonts prepared

The PDF is made in memory, as ours is; what is drawn where is what layouts/sheet-3x8.svg draws.
"""
import csv
import io
import sys
import time

from reportlab.graphics.barcode import code128
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

FONTS = "/usr/share/fonts/truetype/noto/NotoSans-%s.ttf"


def draw(page, label, x, y):
    page.setFont("Bold", 9.5)
    page.drawString(x + 3 * mm, y + 28.5 * mm, label["name"])
    page.setFont("Regular", 8)
    street, province = label["address"].rsplit(", ", 1)
    page.drawString(x + 3 * mm, y + 24.5 * mm, street)
    page.drawString(x + 3 * mm, y + 20.8 * mm, province)
    bars = code128.Code128(label["number"], barWidth=0.32 * mm, barHeight=12.5 * mm, quiet=False)
    bars.drawOn(page, x + 6.2 * mm, y + 6.5 * mm)
    page.setFont("Bold", 9)
    page.drawString(x + 6.2 * mm, y + 3 * mm, label["number"])


def run(labels):
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(210 * mm, 297 * mm))
    for i, label in enumerate(labels):
        place = i % 24
        if i > 0 and place == 0:
            page.showPage()
        draw(page, label, (7.25 + place % 3 * 66) * mm, (250.2 - place // 3 * 33.9) * mm)
    page.showPage()
    page.save()
    return len(out.getvalue())


def main():
    path, runs = sys.argv[1], int(sys.argv[2])
    for name in ("Regular", "Bold"):
        pdfmetrics.registerFont(TTFont(name, FONTS % name))
    with open(path, encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    for _ in range(runs):
        begin = time.perf_counter()
        run(labels)
        print(f"{time.perf_counter() - begin:.6f}")


main()
