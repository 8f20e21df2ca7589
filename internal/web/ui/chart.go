package ui

import (
	"fmt"
	"strings"
)

// Point is a value from a moment on.
type Point struct{ At, Value int64 }

// Chart is a line of steps with the area below it, as large as its frame; its numbers are told below it in a table.
type Chart struct {
	Label      string // the whole of it in a sentence
	Line, Area string // paths
	Ticks      []ChartText
	NowX, NowY string
}

// ChartText is a text in a chart.
type ChartText struct {
	X, Y, Text, Anchor string
	Rule               bool // with a line across
}

const (
	chartWidth, chartHeight         = 720.0, 200.0 // of the view box in the template
	chartLeft, chartTop, chartRight = 8.0, 14.0, 64.0
	chartBottom                     = 22.0
)

// StepChart draws what holds from each point to the next, and from the last until a moment. The points are in order, and there is
// at least one.
func StepChart(label string, points []Point, until int64, value func(int64) string, moment func(int64) string) Chart {
	c := Chart{Label: label}
	low, high := points[0].Value, points[0].Value
	for _, p := range points {
		low, high = min(low, p.Value), max(high, p.Value)
	}
	from, span, rise := points[0].At, float64(max(until-points[0].At, 1)), float64(max(high-low, 1))
	x := func(at int64) float64 {
		return chartLeft + float64(at-from)/span*(chartWidth-chartLeft-chartRight)
	}
	y := func(v int64) float64 {
		return chartTop + (1-float64(v-low)/rise)*(chartHeight-chartTop-chartBottom-12)
	}
	var line strings.Builder
	for i, p := range points {
		if i == 0 {
			fmt.Fprintf(&line, "M%.1f %.1f", x(p.At), y(p.Value))
		} else {
			fmt.Fprintf(&line, "H%.1fV%.1f", x(p.At), y(p.Value))
		}
	}
	end := x(until)
	fmt.Fprintf(&line, "H%.1f", end)
	c.Line = line.String()
	c.Area = fmt.Sprintf("%sV%.1fH%.1fZ", c.Line, chartHeight-chartBottom, chartLeft)
	c.NowX, c.NowY = fmt.Sprintf("%.1f", end), fmt.Sprintf("%.1f", y(points[len(points)-1].Value))
	c.Ticks = append(c.Ticks, ChartText{fmt.Sprint(chartWidth), fmt.Sprintf("%.1f", y(high)), value(high), "end", true})
	if low < high {
		c.Ticks = append(c.Ticks, ChartText{fmt.Sprint(chartWidth), fmt.Sprintf("%.1f", y(low)), value(low), "end", true})
	}
	bottom := fmt.Sprint(chartHeight - 6)
	c.Ticks = append(c.Ticks, ChartText{fmt.Sprint(chartLeft), bottom, moment(from), "start", false}, ChartText{fmt.Sprintf("%.1f", end), bottom, moment(until), "end", false})
	return c
}

// lower puts the middle of a text on its line.
func lower(onLine bool) string {
	if onLine {
		return "0.35em"
	}
	return "0"
}
