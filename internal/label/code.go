package label

import (
	"fmt"
	"image/color"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/qr"
)

// FNC1 begins the data of a GS1-128, and ends an element string of no fixed length.
const FNC1 = string(code128.FNC1)

const (
	eanModule = 0.30 // mm: 90 % of the nominal size, which still scans at a till
	gs1Module = 0.25
	barHeight = 11.0
	signSize  = 7.0 // points
	qrSize    = 18.0
)

// drawn is a code with its size on paper.
type drawn struct {
	code          barcode.Barcode
	width, height float64 // with quiet zones, and the sign below
	module        float64
}

// prepare encodes the code. Without one it is nil.
func (c Code) prepare() (*drawn, error) {
	var code barcode.Barcode
	var err error
	switch c.Kind {
	case NoCode:
		return nil, nil
	case EAN:
		code, err = ean.Encode(eanDigits(c.Text))
	case GS1:
		code, err = code128.Encode(c.Text)
	case QR:
		code, err = qr.Encode(c.Text, qr.M, qr.Auto)
	default:
		return nil, fmt.Errorf("no code %q", c.Kind)
	}
	if err != nil {
		return nil, err
	}
	d := &drawn{code: code}
	n := float64(code.Bounds().Dx())
	switch c.Kind {
	case QR:
		d.module, d.width, d.height = qrSize/n, qrSize, qrSize
	case GS1:
		d.module = gs1Module
	default:
		d.module = eanModule
	}
	if c.Kind != QR {
		d.width, d.height = n*d.module+2*quietMM, barHeight+3
	}
	return d, nil
}

// eanDigits are a UPC's twelve digits as the thirteen that they are too.
func eanDigits(text string) string {
	if len(text) == 12 {
		return "0" + text
	}
	return text
}

// draw puts the code at a place.
func (d *drawn) draw(pdf *fpdf.Fpdf, c Code, x, y float64) {
	pdf.SetFillColor(0, 0, 0)
	size := d.code.Bounds()
	if c.Kind == QR {
		for row := range size.Dy() {
			d.row(pdf, row, x, y+float64(row)*d.module, d.module)
		}
		return
	}
	d.row(pdf, 0, x+quietMM, y, barHeight)
	pdf.SetFont(family, "", signSize)
	pdf.SetXY(x, y+barHeight)
	pdf.CellFormat(d.width, 3, printable(strings.TrimSpace(c.Sign)), "", 0, "C", false, 0, "")
}

// row draws the dark modules of a row, those beside each other as one.
func (d *drawn) row(pdf *fpdf.Fpdf, row int, x, y, height float64) {
	width := d.code.Bounds().Dx()
	for from := 0; from < width; from++ {
		to := from
		for to < width && dark(d.code.At(to, row)) {
			to++
		}
		if to > from {
			pdf.Rect(x+float64(from)*d.module, y, float64(to-from)*d.module, height, "F")
			from = to
		}
	}
}

func dark(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}
