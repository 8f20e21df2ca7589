package httpkit

import (
	"fmt"
	"net"
	"net/http"

	"github.com/realclientip/realclientip-go"
)

// ParseProxies reads networks, such as 10.0.0.0/8, and single addresses.
func ParseProxies(texts []string) ([]net.IPNet, error) {
	ranges, err := realclientip.AddressesAndRangesToIPNets(texts...)
	if err != nil {
		return nil, fmt.Errorf("use addresses and networks, such as 10.0.0.0/8: %w", err)
	}
	return ranges, nil
}

// Behind gives requests that come through one of the operator's own proxies the address of who asked the outermost of them. What a
// stranger claims in the header counts for nothing: only what the proxies wrote, from the right, is believed.
func Behind(proxies []net.IPNet, next http.Handler) (http.Handler, error) {
	if len(proxies) == 0 {
		return next, nil
	}
	asked, err := realclientip.NewRightmostTrustedRangeStrategy("X-Forwarded-For", proxies)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if trusted(proxies, ClientAddress(r)) {
			if address := asked.ClientIP(r.Header, r.RemoteAddr); address != "" {
				r = r.WithContext(r.Context())
				r.RemoteAddr = net.JoinHostPort(address, "0")
			}
		}
		next.ServeHTTP(w, r)
	}), nil
}

func trusted(proxies []net.IPNet, address string) bool {
	ip := net.ParseIP(address)
	for _, p := range proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
