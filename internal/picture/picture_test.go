package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"craftplan/internal/fault"
)

// sample is a picture of red on the left and blue on the right, with a see-through top half where there is alpha.
func sample(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.NRGBA{B: 255, A: 255}
			}
			if y < h/2 {
				c.A = 0
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func encoded(t *testing.T, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
}

func jpegOf(t *testing.T, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) })
}

func fit(t *testing.T, data []byte) image.Image {
	t.Helper()
	out, err := Fit(data, 512, 512)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// webp is one point, green and lossless: there is no encoder in Go.
const webp = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="

func TestFit(t *testing.T) {
	point, err := base64.StdEncoding.DecodeString(webp)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		size image.Point
	}{
		"PNG":       {pngOf(t, sample(800, 400)), image.Pt(512, 256)},
		"a tall":    {pngOf(t, sample(300, 3000)), image.Pt(51, 512)},
		"a small":   {pngOf(t, sample(40, 30)), image.Pt(40, 30)},
		"a line":    {pngOf(t, sample(5000, 1)), image.Pt(512, 1)},
		"JPEG":      {jpegOf(t, sample(1024, 1024)), image.Pt(512, 512)},
		"GIF":       {encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, sample(600, 600), nil) }), image.Pt(512, 512)},
		"WebP":      {point, image.Pt(1, 1)},
		"16 bits":   {pngOf(t, image.NewNRGBA64(image.Rect(0, 0, 600, 300))), image.Pt(512, 256)},
		"with more": {append(pngOf(t, sample(8, 8)), "<script>alert(1)</script>"...), image.Pt(8, 8)},
	} {
		if got := fit(t, c.data).Bounds().Size(); got != c.size {
			t.Errorf("%s: %v", name, got)
		}
	}
	m := fit(t, pngOf(t, sample(800, 400)))
	for at, want := range map[image.Point]color.NRGBA{image.Pt(20, 20): {}, image.Pt(20, 240): {R: 255, A: 255}, image.Pt(490, 240): {B: 255, A: 255}} {
		if got := color.NRGBAModel.Convert(m.At(at.X, at.Y)); got != want {
			t.Errorf("at %v: %v", at, got)
		}
	}
}

// Nothing of the file but its picture is kept.
func TestNothingElseIsKept(t *testing.T) {
	data := withEXIF(jpegOf(t, sample(64, 64)), 1)
	data = append(data, "PK\x03\x04 a second file behind the first"...)
	kept, err := Photo(data, 512, 32)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Fit(data, 512, 512)
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"Exif", "Hidden Lane", "second file"} {
		if !bytes.Contains(data, []byte(trace)) {
			t.Errorf("the sample has no %q", trace)
		}
		for _, out := range append(kept, out) {
			if bytes.Contains(out, []byte(trace)) {
				t.Errorf("%q is kept", trace)
			}
		}
	}
}

// A photo is kept in each size, upright and on white, and never larger than it was.
func TestPhoto(t *testing.T) {
	for name, c := range map[string]struct {
		data         []byte
		large, small image.Point
	}{
		"a large":    {jpegOf(t, sample(4000, 3000)), image.Pt(1280, 960), image.Pt(192, 144)},
		"turned":     {withEXIF(jpegOf(t, sample(1600, 1200)), 6), image.Pt(960, 1280), image.Pt(144, 192)},
		"a small":    {pngOf(t, sample(200, 100)), image.Pt(200, 100), image.Pt(192, 96)},
		"very small": {pngOf(t, sample(20, 10)), image.Pt(20, 10), image.Pt(20, 10)},
		"a line":     {pngOf(t, sample(5000, 1)), image.Pt(1280, 1), image.Pt(192, 1)},
	} {
		sizes, err := Photo(c.data, 1280, 192)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []image.Point{c.large, c.small} {
			if m, err := jpeg.Decode(bytes.NewReader(sizes[i])); err != nil || m.Bounds().Size() != want {
				t.Errorf("%s: %v, want %v, %v", name, m.Bounds().Size(), want, err)
			}
		}
	}
	sizes, err := Photo(pngOf(t, sample(800, 400)), 512)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(sizes[0]))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[image.Point]color.NRGBA{image.Pt(20, 20): {255, 255, 255, 255}, image.Pt(20, 240): {R: 254, A: 255}, image.Pt(490, 240): {B: 254, A: 255}} {
		if got := color.NRGBAModel.Convert(m.At(at.X, at.Y)); got != want {
			t.Errorf("at %v: %v", at, got)
		}
	}
	if _, err := Photo([]byte("flour, water, salt"), 512); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a text: %v", err)
	}
}

// withEXIF puts an orientation, and where the picture was taken, behind the start of a JPEG.
func withEXIF(data []byte, how uint16) []byte {
	const where = "12 Hidden Lane\x00\x00"
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x02")
	tiff = append(tiff, 0x01, 0x0e, 0, 2, 0, 0, 0, byte(len(where)), 0, 0, 0, 38) // ImageDescription
	tiff = append(tiff, 0x01, 0x12, 0, 3, 0, 0, 0, 1, byte(how>>8), byte(how), 0, 0)
	tiff = append(tiff, 0, 0, 0, 0)
	tiff = append(tiff, where...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(head, segment...), data[2:]...)
}

// A camera that was held upside down says so; the picture stands upright.
func TestUpright(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 96, 64)) // a white corner on black: top left as it is stored
	for y := range 64 {
		for x := range 96 {
			c := color.NRGBA{A: 255}
			if x < 32 && y < 32 {
				c = color.NRGBA{255, 255, 255, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	for how, corner := range map[uint16]string{1: "top left", 2: "top right", 3: "bottom right", 4: "bottom left", 5: "top left", 6: "top right", 7: "bottom right", 8: "bottom left", 0: "top left", 9: "top left"} {
		got := fit(t, withEXIF(jpegOf(t, m), how))
		size := got.Bounds().Size()
		if want := image.Pt(96, 64); how >= 5 && how <= 8 && size != image.Pt(64, 96) || (how < 5 || how > 8) && size != want {
			t.Errorf("%d: %v", how, size)
		}
		for name, at := range map[string]image.Point{"top left": {5, 5}, "top right": {size.X - 6, 5}, "bottom left": {5, size.Y - 6}, "bottom right": {size.X - 6, size.Y - 6}} {
			r, _, _, _ := got.At(at.X, at.Y).RGBA()
			if white := r > 0x8000; white != (name == corner) {
				t.Errorf("%d: %s is white: %t", how, name, white)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	good := pngOf(t, sample(64, 64))
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"nothing":           {nil, "This is no picture"},
		"a text":            {[]byte("flour, water, salt"), "This is no picture"},
		"a page":            {[]byte("<!doctype html><script>alert(1)</script>"), "This is no picture"},
		"a PDF":             {[]byte("%PDF-1.7\n"), "This is no picture"},
		"a bitmap":          {[]byte("BM\x46\x00\x00\x00\x00\x00\x00\x00"), "This is no picture"},
		"SVG":               {[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "SVG is not taken"},
		"a bomb":            {claiming(good, 60_000, 60_000), "60000 × 60000 pixels"},
		"just too many":     {claiming(good, 25_001, 1000), "at most 25 million"},
		"a GIF bomb":        {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), "65535 × 65535 pixels"},
		"half a picture":    {good[:len(good)/2], "damaged"},
		"a head alone":      {good[:16], "damaged"},
		"no points":         {claiming(good, 0, 64), "damaged"},
		"a JPEG that stops": {jpegOf(t, sample(64, 64))[:200], "damaged"},
	} {
		_, err := Fit(c.data, 512, 512)
		if !fault.Is(err, fault.KindInvalid) || fault.FieldsOf(err)[0].Name != "file" || !strings.Contains(fault.MessageOf(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// claiming is a PNG whose head says another size.
func claiming(data []byte, w, h uint32) []byte {
	out := bytes.Clone(data)
	binary.BigEndian.PutUint32(out[16:], w)
	binary.BigEndian.PutUint32(out[20:], h)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

// Whatever comes in, what comes out is a PNG that fits, or a fault for the field.
func FuzzFit(f *testing.F) {
	var b bytes.Buffer
	_ = png.Encode(&b, sample(8, 8))
	f.Add(b.Bytes())
	b.Reset()
	_ = jpeg.Encode(&b, sample(8, 8), nil)
	f.Add(withEXIF(b.Bytes(), 6))
	b.Reset()
	_ = gif.Encode(&b, sample(8, 8), nil)
	f.Add(b.Bytes())
	point, _ := base64.StdEncoding.DecodeString(webp)
	f.Add(point)
	f.Fuzz(func(t *testing.T, data []byte) {
		if config, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && config.Width*config.Height > 1<<20 {
			return // allowed, but slow
		}
		out, err := Fit(data, 64, 64)
		if fault.Is(err, fault.KindInvalid) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(out))
		if err != nil || m.Bounds().Dx() > 64 || m.Bounds().Dy() > 64 {
			t.Errorf("%v, %v", m.Bounds(), err)
		}
		if sizes, err := Photo(data, 64, 16); err != nil || len(sizes) != 2 {
			t.Errorf("as a photo: %v", err)
		}
	})
}
