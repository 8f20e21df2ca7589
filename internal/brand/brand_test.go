package brand

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// The vectors are those of the design, which browsers reckon alike.
func TestOf(t *testing.T) {
	for color, want := range map[string]Palette{
		"#F59E0B": {Fill: "#F59E0B", Ink: "#1B1B1B", Text: "#944600"},
		"#0D9488": {Fill: "#007F73", Ink: "#FFFFFF", Text: "#007065"},
		"#3b82f6": {Fill: "#1D64D6", Ink: "#FFFFFF", Text: "#1E58B6"},
		"#4F46E5": {Fill: "#5051CF", Ink: "#FFFFFF", Text: "#4A4EB5"},
		"#000000": {Fill: "#000000", Ink: "#FFFFFF", Text: "#000000"},
		"#FFFFFF": {Fill: "#FFFFFF", Ink: "#1B1B1B", Text: "#5D5D5D"},
	} {
		got := Of(color)
		got.DarkText = ""
		if got != want {
			t.Errorf("%s: %+v, want %+v", color, got, want)
		}
	}
}

var (
	light = []string{"#FEFCF9", "#F9F6F1", "#F1ECE5", "#F4F0EA"} // sheet, paper, well, shade
	dark  = []string{"#24201D", "#1A1714", "#312C27", "#14110E"}
)

// Every colour can be read: WCAG 2.2, success criterion 1.4.3, asks for 4.5:1. The worst of all are 4.68 for ink on fill, and 4.60 and
// 6.31 for text on light and dark.
func TestEveryColorIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { readable(t.Errorf, rapid.Uint32Range(0, 0xffffff).Draw(t, "color")) })
}

// The same over a lattice of all hues and both ends of each channel.
func TestLatticeIsReadable(t *testing.T) {
	steps := []uint32{0, 1, 32, 64, 96, 128, 160, 192, 224, 254, 255}
	for _, r := range steps {
		for _, g := range steps {
			for _, b := range steps {
				readable(t.Errorf, r<<16|g<<8|b)
			}
		}
	}
}

func readable(fail func(string, ...any), n uint32) {
	color := fmt.Sprintf("#%06X", n)
	p := Of(color)
	if c := contrast(p.Ink, p.Fill); c < 4.6 {
		fail("%s: ink %s on fill %s is %.2f:1", color, p.Ink, p.Fill, c)
	}
	for _, surface := range light {
		if c := contrast(p.Text, surface); c < 4.5 {
			fail("%s: text %s on %s is %.2f:1", color, p.Text, surface, c)
		}
	}
	for _, surface := range dark {
		if c := contrast(p.DarkText, surface); c < 6 {
			fail("%s: text %s on %s is %.2f:1", color, p.DarkText, surface, c)
		}
	}
}

// contrast is WCAG's ratio of two colours.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(color string) float64 {
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		panic(err)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

func TestNoColor(t *testing.T) {
	for _, text := range []string{"", "red", "#FFF", "#GGGGGG", "#B45309 ", "B45309"} {
		if p := Of(text); Valid(text) || contrast(p.Ink, p.Fill) < 4.5 || contrast(p.Text, light[2]) < 4.5 || contrast(p.DarkText, dark[2]) < 4.5 {
			t.Errorf("%q: valid %t, %+v", text, Valid(text), p)
		}
	}
}
