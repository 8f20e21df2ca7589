package web

import "net/http"

func showOverview(q *Request) error {
	return q.Render(http.StatusOK, "Overview", "overview", overviewBody(q))
}
