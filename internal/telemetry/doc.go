// Package telemetry tells the host how the program fares: metrics for Prometheus, traces for OpenTelemetry, and the operator's own
// address with both and with profiles. Whose a figure, line or span is stands on it; whose person it is about does not.
package telemetry
