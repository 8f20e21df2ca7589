# The commands of the project; guides/contributing.md explains them.
export CGO_ENABLED = 0
TOOL = go tool -modfile=tools/go.mod
WITH_POSTGRES = go run ./internal/store/storetest/withpostgres

.PHONY: demo serve generate schema assets check format lint verify test prove e2e bench prerequisites prerequisites-assets

demo:
	go run ./cmd/craftplan demo

serve:
	go run ./cmd/craftplan serve

# Queries, their tenant form, and templates.
generate:
	$(TOOL) sqlc generate
	go run ./internal/store/tenantgen
	$(TOOL) templ generate -path internal/web

# guides/schema.md, from a freshly migrated database.
schema: prerequisites
	CRAFTPLAN_WRITE_GUIDES=1 $(WITH_POSTGRES) go test -count=1 -run TestSchemaGuide ./internal/houserules/

# The style sheet, scripts and icons.
assets: prerequisites-assets
	cd internal/web/assets && npm install --no-save --no-audit --no-fund && npm run build

check: format lint verify test

format:
	@unformatted=$$(gofmt -l cmd internal); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }

lint:
	go tool -modfile=tools/lint/go.mod golangci-lint run --allow-parallel-runners ./...

# Generated code and built assets are committed: making them again must change nothing.
verify:
	./tools/verify

test: prerequisites
	$(WITH_POSTGRES) go test -p 2 -timeout 20m ./...

# Isolation, by every gate; the table is appended to prove.jsonl.
prove: prerequisites
	$(WITH_POSTGRES) go run ./internal/prove

e2e: prerequisites
	$(WITH_POSTGRES) go test -count=1 ./internal/apptest/e2e/...

bench: prerequisites
	$(WITH_POSTGRES) go run ./internal/bench

prerequisites:
	@./tools/prerequisites postgresql pgbouncer chromium

prerequisites-assets:
	@./tools/prerequisites npm
