package label

import (
	"bytes"
	"fmt"
	"image/png"
	"strconv"

	"codeberg.org/go-pdf/fpdf"
)

// PDF makes the labels. ErrTooMuch is that they do not fit.
func (j Job) PDF() ([]byte, error) {
	pdf := newPDF(j.Sheet)
	pdf.SetCreationDate(j.At)
	pdf.SetModificationDate(j.At)
	pdf.SetTitle(j.Title, true)
	pdf.SetCreator("Craftplan", true)
	code, err := j.Code.prepare()
	if err != nil {
		return nil, err
	}
	pdf.AddPage()
	size, err := j.fit(pdf, code)
	if err != nil {
		return nil, err
	}
	if len(j.Logo) > 0 {
		pdf.RegisterImageOptionsReader("logo", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(j.Logo))
	}
	for n := j.Skip; n < j.Skip+j.Count; n++ {
		on := n % j.PerPage()
		if on == 0 && n > j.Skip {
			pdf.AddPage()
		}
		x := j.Left + float64(on%j.Columns)*j.AcrossX
		y := j.Top + float64(on/j.Columns)*j.DownY
		j.draw(pdf, code, x, y, size, false)
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("label: %w", err)
	}
	return out.Bytes(), nil
}

// Fits tells whether the label fits, in letters that people can read.
func (j Job) Fits() error {
	code, err := j.Code.prepare()
	if err != nil {
		return err
	}
	pdf := newPDF(j.Sheet)
	pdf.AddPage()
	_, err = j.fit(pdf, code)
	return err
}

// fit is the largest size of letters with which everything finds room.
func (j Job) fit(pdf *fpdf.Fpdf, code *drawn) (float64, error) {
	least := smallest
	if j.LabelW*j.LabelH < smallSide {
		least = smallestOnSmall
	}
	for size := largest; size >= least; size -= step {
		if j.draw(pdf, code, 0, 0, size, true) <= j.LabelH-margin {
			return size, nil
		}
	}
	return 0, ErrTooMuch
}

// draw puts one label at a place and tells how far down it goes. Dry, it only measures.
func (j Job) draw(pdf *fpdf.Fpdf, code *drawn, x, y, size float64, dry bool) (bottom float64) {
	p := &pen{pdf: pdf, size: size, x: x + margin, y: y + margin, w: j.LabelW - 2*margin, dry: dry}
	if !dry {
		pdf.SetTextColor(0, 0, 0)
		pdf.SetDrawColor(0, 0, 0)
	}
	j.head(p, x, y)
	top := p.y
	text, facts := *p, *p
	if j.Facts != nil && j.LabelW >= twoColumns {
		facts.w = min(max(j.Facts.natural(p), p.w*0.36), p.w*0.54)
		facts.x, facts.y = p.x+p.w-facts.w, p.y+gap/2
		text.w = p.w - facts.w - 2*gap
	}
	j.text(&text)
	if facts.x == text.x {
		facts.y = text.y
	}
	if j.Facts != nil {
		j.Facts.draw(&facts)
	}
	p.y = max(top, text.y, facts.y)
	j.foot(p, code, y)
	return p.y - y
}

// head is the bar in the organization's colour, its logo, and what it is.
func (j Job) head(p *pen, x, y float64) {
	if !p.dry && j.Accent != "" {
		r, g, b := rgb(j.Accent)
		p.pdf.SetFillColor(r, g, b)
		p.pdf.Rect(x, y, j.LabelW, barMM, "F")
	}
	full := p.w
	if w, h := j.logoSize(); w > 0 {
		if !p.dry {
			p.pdf.ImageOptions("logo", p.x+p.w-w, p.y, w, h, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		}
		defer func(least float64) { p.y = max(p.y, least) }(p.y + h)
		p.w -= w + gap
	}
	p.text(j.Name, true, p.size*1.5)
	if j.Food != "" && j.Food != j.Name {
		p.text(j.Food, false, p.size)
	}
	p.w = full
	p.y += gap / 2
}

// logoSize is that of the logo on paper: at most a fifth of the width and 9 mm.
func (j Job) logoSize() (w, h float64) {
	if len(j.Logo) == 0 {
		return 0, 0
	}
	c, err := png.DecodeConfig(bytes.NewReader(j.Logo))
	if err != nil || c.Width == 0 || c.Height == 0 {
		return 0, 0
	}
	h = min(9, j.LabelH/6)
	w = h * float64(c.Width) / float64(c.Height)
	if most := j.LabelW / 5; w > most {
		w, h = most, h*most/w
	}
	return w, h
}

func (j Job) text(p *pen) {
	if len(j.Ingredients) > 0 {
		p.rich(j.Ingredients, p.size)
		p.y += gap / 2
	}
	for _, s := range j.Statements {
		p.text(s, true, p.size)
	}
	p.text(j.Storage, false, p.size)
	p.text(j.Producer, false, p.size)
	p.text(j.Address, false, p.size)
	p.y += gap / 2
}

// foot stands at the bottom: what differs from lot to lot on the left, the code on the right, or below where it is too wide.
func (j Job) foot(p *pen, code *drawn, y float64) {
	lines := *p
	height := 0.0
	beside := code != nil && code.width <= p.w*0.6
	if beside {
		lines.w -= code.width + gap
	}
	dry := lines
	dry.dry = true
	j.footLines(&dry)
	height = dry.y - p.y
	if code != nil && beside {
		height = max(height, code.height)
	} else if code != nil {
		height += code.height + gap
	}
	start := p.y
	if !p.dry {
		start = max(start, y+j.LabelH-margin-height)
	}
	lines.y = start
	if !p.dry {
		j.footLines(&lines)
		if code != nil {
			at := start + height - code.height
			code.draw(p.pdf, j.Code, p.x+p.w-code.width, at)
		}
	}
	p.y = start + height
}

func (j Job) footLines(p *pen) {
	if j.Net != "" {
		p.text(j.Net, true, p.size*1.2)
	}
	for _, d := range j.Dates {
		p.text(d, false, p.size)
	}
	if j.Price != "" {
		p.text(j.Price, true, p.size*1.2)
	}
}

// draw is the table: framed, with a line between lines.
func (f Facts) draw(p *pen) {
	size := p.size * factsSize
	top := p.y
	full, left := p.w, p.x
	p.x, p.w, p.y = p.x+padding, p.w-2*padding, p.y+0.6
	p.text(f.Title, true, size)
	for _, line := range f.Above {
		p.text(line, false, size)
	}
	columns := f.widths(p, size)
	f.row(p, Fact{Of: f.Columns, Percent: f.Percents}, columns, size*0.9, true)
	for _, l := range f.Lines {
		p.rule(0.1)
		f.row(p, l, columns, size*l.scale(), l.Depth == 0)
	}
	if f.Below != "" {
		p.rule(0.1)
		p.text(f.Below, false, size*0.85)
	}
	p.x, p.w, p.y = left, full, p.y+0.4
	if !p.dry {
		p.pdf.SetLineWidth(0.2)
		p.pdf.Rect(left, top, full, p.y-top, "D")
	}
	p.y += gap
}

// widths are those of the columns of numbers, from the left.
func (f Facts) widths(p *pen, size float64) (widths []float64) {
	columns := len(f.Columns)
	if f.Percents != "" {
		columns++
	}
	widths = make([]float64, columns)
	measure := func(at int, text string, size float64) {
		p.font(true, size)
		for _, line := range wrap(text) {
			widths[at] = max(widths[at], p.pdf.GetStringWidth(printable(line))+1)
		}
	}
	for i, c := range f.Columns {
		measure(i, c, size*0.9)
	}
	if f.Percents != "" {
		measure(columns-1, f.Percents, size*0.9)
	}
	for _, l := range f.Lines {
		for i, text := range l.Of {
			measure(i, text, size*l.scale())
		}
		if f.Percents != "" {
			measure(columns-1, l.Percent, size)
		}
	}
	return widths
}

// natural is the width with which no line of the table is broken.
func (f Facts) natural(p *pen) (width float64) {
	size := p.size * factsSize
	for _, l := range f.Lines {
		p.font(l.Depth == 0, size*l.scale())
		width = max(width, p.pdf.GetStringWidth(printable(l.Name))+float64(l.Depth)*indent)
	}
	width += sum(f.widths(p, size)) + 2*padding + 1
	for _, line := range append([]string{f.Title}, f.Above...) {
		p.font(true, size)
		width = max(width, p.pdf.GetStringWidth(printable(line))+2*padding)
	}
	return width
}

const (
	factsSize = 0.94 // of the letters around
	padding   = 0.8  // within the frame
	indent    = 1.6  // of a part
)

// scale is how much larger than others the line is.
func (l Fact) scale() float64 {
	if l.Large {
		return 1.5
	}
	return 1
}

// row is a line of the table; texts of two parts, such as two energies, stand below each other.
func (f Facts) row(p *pen, l Fact, widths []float64, size float64, strong bool) {
	of := l.Of
	if f.Percents != "" {
		of = append(append([]string{}, of...), l.Percent)
	}
	name := *p
	name.x += float64(l.Depth) * indent
	name.w = p.w - float64(l.Depth)*indent - sum(widths)
	start := p.y
	name.text(l.Name, strong && l.Name != "", size)
	bottom := name.y
	right := p.x + p.w - sum(widths)
	for i, text := range of {
		right += widths[i]
		y := start
		for _, line := range wrap(text) {
			p.font(l.Name == "" || l.Large, size)
			if !p.dry {
				p.pdf.Text(right-p.pdf.GetStringWidth(printable(line)), y+size*pointMM, printable(line))
			}
			y += p.line(size)
		}
		bottom = max(bottom, y)
	}
	p.y = max(bottom, start)
}

func rgb(color string) (r, g, b int) {
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		return 0, 0, 0
	}
	return int(n >> 16 & 255), int(n >> 8 & 255), int(n & 255)
}

func sum(all []float64) (total float64) {
	for _, x := range all {
		total += x
	}
	return total
}
