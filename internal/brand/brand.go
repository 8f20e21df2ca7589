// Package brand derives a safe set of colours from the one an organization chose, where the style sheet cannot reach: in mails and
// in documents. It reckons as app.css does: in OKLCH, with lightness and chroma held where text stays readable (Björn Ottosson,
// "A perceptual color space for image processing", 2020).
package brand

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Palette is what a brand colour becomes, each as #RRGGBB. Whatever the colour, Ink on Fill has a contrast of at least 4.5:1, and so
// has Text on every light surface and DarkText on every dark one.
type Palette struct {
	Fill     string // of buttons and bars, in both themes
	Ink      string // text on the fill
	Text     string // links and the like, on light
	DarkText string // the same, on dark
}

var form = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// Valid tells whether a text is a colour, such as #B45309.
func Valid(color string) bool { return form.MatchString(color) }

// The bounds of lightness and chroma. Between darkest and lightest neither ink is readable enough, so no fill lies there.
const (
	turn               = 0.66 // lighter ones are kept light, with dark ink
	lightest, darkest  = 0.70, 0.53
	fillChroma         = 0.19
	darkInk            = 0.22
	onLight, onDark    = 0.48, 0.80
	textChroma         = 0.16
	neutral, onNeutral = "#38302A", "#FAF8F5"
	neutralDark        = "#DBD6CE"
)

// Of derives the palette of a colour. What is no colour gets neutral ones.
func Of(color string) Palette {
	if !Valid(color) {
		return Palette{neutral, onNeutral, neutral, neutralDark}
	}
	c := parse(color)
	fill, ink := oklch{min(c.l, darkest), min(c.c, fillChroma), c.h}, oklch{l: 1}
	if c.l > turn {
		fill.l, ink.l = max(c.l, lightest), darkInk
	}
	text := oklch{min(c.l, onLight), min(c.c, textChroma), c.h}
	dark := oklch{max(c.l, onDark), text.c, c.h}
	return Palette{fill.hex(), ink.hex(), text.hex(), dark.hex()}
}

// oklch is lightness from 0 to 1, chroma, and hue in radians.
type oklch struct{ l, c, h float64 }

func parse(color string) oklch {
	n, _ := strconv.ParseUint(color[1:], 16, 32) // its form was checked
	r, g, b := linear(n>>16), linear(n>>8), linear(n)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	x, y := 1.9779984951*l-2.4285922050*m+0.4505937099*s, 0.0259040371*l+0.7827717662*m-0.8086757660*s
	return oklch{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, math.Hypot(x, y), math.Atan2(y, x)}
}

// hex is the colour in sRGB. What lies outside is cut off at its edges, as browsers do.
func (c oklch) hex() string {
	y, x := math.Sincos(c.h)
	x, y = x*c.c, y*c.c
	l, m, s := c.l+0.3963377774*x+0.2158037573*y, c.l-0.1055613458*x-0.0638541728*y, c.l-0.0894841775*x-1.2914855480*y
	l, m, s = l*l*l, m*m*m, s*s*s
	return fmt.Sprintf("#%02X%02X%02X", encoded(4.0767416621*l-3.3077115913*m+0.2309699292*s), encoded(-1.2684380046*l+2.6097574011*m-0.3413193965*s), encoded(-0.0041960863*l-0.7034186147*m+1.7076147010*s))
}

// linear takes the gamma of sRGB from the lowest eight bits (IEC 61966-2-1).
func linear(n uint64) float64 {
	v := float64(n&0xff) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func encoded(v float64) uint8 {
	v = min(max(v, 0), 1)
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(math.Round(v * 255))
}
