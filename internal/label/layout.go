package label

import (
	"bytes"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// family is the Go fonts: Latin with its extensions, Greek and Cyrillic.
const family = "go"

const (
	pointMM = 25.4 / 72
	spacing = 1.22 // of lines
	largest = 9.0  // points
	step    = 0.2
	// The letters of a label are at least 1.2 mm high without ascenders, on packages whose largest side is less than 80 cm² 0.9 mm
	// (Regulation (EU) No 1169/2011, Article 13 and Annex IV); a small letter of this font has 0.53 of its size.
	smallest, smallestOnSmall = 1.2 / 0.53 / pointMM, 0.9 / 0.53 / pointMM
	smallSide                 = 8000.0 // mm²
	margin                    = 3.0
	gap                       = 1.3
	barMM                     = 1.6
	twoColumns                = 85.0 // mm from which the facts stand beside the text
)

// pen writes a flow of text down a column. Dry, it only measures.
type pen struct {
	pdf     *fpdf.Fpdf
	size    float64
	x, y, w float64
	dry     bool
}

func (p *pen) line(size float64) float64 { return size * pointMM * spacing }

func (p *pen) font(strong bool, size float64) {
	style := ""
	if strong {
		style = "B"
	}
	p.pdf.SetFont(family, style, size)
}

// word is as much of a run as stays on one line, with the spaces before it.
type word struct {
	text   string
	strong bool
	space  bool // may begin a line
	width  float64
}

// words cuts runs at their spaces: "egg" and "s," of two runs stay together.
func (p *pen) words(runs []Run, size float64) (all []word) {
	space := true
	for _, r := range runs {
		for _, piece := range strings.SplitAfter(printable(r.Text), " ") {
			text := strings.TrimSuffix(piece, " ")
			if text != "" {
				p.font(r.Strong, size)
				all = append(all, word{text, r.Strong, space, p.pdf.GetStringWidth(text)})
				space = false
			}
			space = space || strings.HasSuffix(piece, " ")
		}
	}
	return all
}

// rich writes runs of text, wrapped at spaces.
func (p *pen) rich(runs []Run, size float64) {
	height := p.line(size)
	p.font(false, size)
	blank := p.pdf.GetStringWidth(" ")
	x := p.x
	all := p.words(runs, size)
	for i, w := range all {
		if w.space && x > p.x {
			if x+blank+together(all[i:]) > p.x+p.w {
				x, p.y = p.x, p.y+height
			} else {
				x += blank
			}
		}
		if !p.dry {
			p.font(w.strong, size)
			p.pdf.Text(x, p.y+size*pointMM, w.text)
		}
		x += w.width
	}
	if len(all) > 0 {
		p.y += height
	}
}

// together is the width of what cannot be parted from the first word.
func together(words []word) (width float64) {
	for i, w := range words {
		if i > 0 && w.space {
			break
		}
		width += w.width
	}
	return width
}

func (p *pen) text(text string, strong bool, size float64) {
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) != "" {
			p.rich([]Run{{line, strong}}, size)
		}
	}
}

func (p *pen) rule(thick float64) {
	if !p.dry {
		p.pdf.SetLineWidth(thick)
		p.pdf.Line(p.x, p.y, p.x+p.w, p.y)
	}
	p.y += thick / 2
}

// printable keeps what the fonts can show; what they cannot is a question mark.
func printable(text string) string {
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "−", "-").Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return -1
		case !Shows(r):
			return '?'
		}
		return r
	}, text)
}

var regular = func() *sfnt.Font {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
}()

// Shows tells whether the fonts of labels have a letter.
func Shows(r rune) bool {
	at, err := regular.GlyphIndex(nil, r)
	return err == nil && at != 0
}

func newPDF(s Sheet) *fpdf.Fpdf {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: s.Width, Ht: s.Height}})
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCellMargin(0)
	pdf.SetCatalogSort(true)
	pdf.AddUTF8FontFromBytes(family, "", bytes.Clone(goregular.TTF))
	pdf.AddUTF8FontFromBytes(family, "B", bytes.Clone(gobold.TTF))
	return pdf
}

// wrap parts a short text where it has two halves: two energies, or a size in parentheses.
func wrap(text string) []string {
	for _, at := range []string{" / ", " ("} {
		if before, after, two := strings.Cut(text, at); two {
			return []string{before, strings.TrimSpace(strings.TrimPrefix(at, " / ") + after)}
		}
	}
	if text == "" {
		return nil
	}
	return []string{text}
}
