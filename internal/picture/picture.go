// Package picture makes what the program keeps of what people upload: a picture that fits, turned upright, and nothing else of the file:
// no place where it was taken, no script, no second content behind the first.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // for image.Decode
	"image/jpeg"
	"image/png"

	"github.com/bep/imagemeta"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // for image.Decode

	"craftplan/internal/fault"
)

// maxPixels is what is decoded at most: a few kilobytes can claim to be gigabytes. It is what a phone's camera takes, and some more.
const maxPixels = 25_000_000

// formats are those that are read, by what the file contains; its name says nothing.
var formats = map[string]imagemeta.ImageFormat{"png": imagemeta.PNG, "jpeg": imagemeta.JPEG, "gif": imagemeta.ImageFormatAuto, "webp": imagemeta.WebP}

// Fit makes a PNG of at most the width and height, in pixels, without distorting or enlarging it; what is transparent stays so. Of
// what moves it takes the first picture. Its Invalid faults are about the field file.
func Fit(data []byte, width, height int) ([]byte, error) {
	whole, how, err := read(data)
	if err != nil {
		return nil, err
	}
	if how.aside() {
		width, height = height, width
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, how.apply(scaled(whole, width, height)))
	return out.Bytes(), err
}

// quality is that of a JPEG in which nobody sees what is left out.
const quality = 85

// Photo is Fit for photographs, in several sizes: JPEGs whose longer sides are at most so many pixels, the largest first. What is
// transparent becomes white.
func Photo(data []byte, sides ...int) ([][]byte, error) {
	from, how, err := read(data)
	if err != nil {
		return nil, err
	}
	sizes := make([][]byte, len(sides))
	for i, side := range sides {
		m := scaled(from, side, side)
		if i == 0 {
			m = onWhite(how.apply(m))
		}
		from = m
		var out bytes.Buffer
		if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		sizes[i] = out.Bytes()
	}
	return sizes, nil
}

func onWhite(m *image.RGBA) *image.RGBA {
	to := image.NewRGBA(m.Rect)
	draw.Draw(to, to.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(to, to.Rect, m, m.Rect.Min, draw.Over)
	return to
}

// read decodes a picture, unless it is none or too large.
func read(data []byte) (image.Image, turn, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	meta, known := formats[format]
	switch {
	case err != nil && bytes.Contains(data[:min(len(data), 1024)], []byte("<svg")):
		return nil, 0, fault.Invalid("file", "SVG is not taken, because it can contain programs. Save the picture as PNG.")
	case errors.Is(err, image.ErrFormat) || err == nil && !known:
		return nil, 0, fault.Invalid("file", "This is no picture in PNG, JPEG, GIF or WebP.")
	case err != nil || config.Width < 1 || config.Height < 1:
		return nil, 0, damaged()
	case int64(config.Width)*int64(config.Height) > maxPixels:
		return nil, 0, fault.Invalid("file", fmt.Sprintf("The picture has %d × %d pixels. Use one of at most %d million in all.", config.Width, config.Height, maxPixels/1_000_000))
	}
	whole, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, 0, damaged()
	}
	return whole, orientation(data, meta), nil
}

func damaged() error { return fault.Invalid("file", "The picture is damaged and cannot be read.") }

// scaled is the picture within a width and height. What is much larger is halved first: the better kernel would take much memory for it.
func scaled(whole image.Image, width, height int) *image.RGBA {
	size := whole.Bounds().Size()
	w, h := size.X, size.Y
	if w > width {
		w, h = width, max(h*width/w, 1)
	}
	if h > height {
		w, h = max(w*height/h, 1), height
	}
	for size.X >= 2*w && size.Y >= 2*h {
		size = size.Div(2)
		whole = stretched(draw.ApproxBiLinear, whole, size.X, size.Y) // the mean of each four points
	}
	return stretched(draw.CatmullRom, whole, w, h)
}

func stretched(how draw.Scaler, from image.Image, w, h int) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	how.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	return to
}

// turn is how a camera was held, by EXIF's number (CIPA DC-008, Orientation): 1 is upright, and none.
type turn int

// orientation is 1 where the file says nothing, or nothing that can be understood.
func orientation(data []byte, format imagemeta.ImageFormat) turn {
	how := turn(1)
	if format == imagemeta.ImageFormatAuto {
		return how
	}
	_, err := imagemeta.Decode(imagemeta.Options{R: bytes.NewReader(data), ImageFormat: format, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Tag == "Orientation" && tag.Namespace == "IFD0" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if n, ok := tag.Value.(uint16); ok && n >= 1 && n <= 8 {
				how = turn(n)
			}
			return nil
		}})
	if err != nil {
		return 1
	}
	return how
}

// aside tells whether width and height change places.
func (t turn) aside() bool { return t >= 5 }

// apply turns a picture upright.
func (t turn) apply(from *image.RGBA) *image.RGBA {
	if t <= 1 {
		return from
	}
	w, h := from.Rect.Dx(), from.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if t.aside() {
		size = image.Rect(0, 0, h, w)
	}
	to := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			right, down := w-1-x, h-1-y
			at := []image.Point{2: {right, y}, 3: {right, down}, 4: {x, down}, 5: {y, x}, 6: {down, x}, 7: {down, right}, 8: {y, right}}[t]
			to.SetRGBA(at.X, at.Y, from.RGBAAt(x, y))
		}
	}
	return to
}
