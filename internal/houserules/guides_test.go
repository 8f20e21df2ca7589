package houserules

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Guides name tests as proof: each of them exists.
func TestGuidesNameTestsThatExist(t *testing.T) {
	exist := map[string]bool{}
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && s.test && strings.HasPrefix(f.Name.Name, "Test") {
				exist[f.Name.Name] = true
			}
		}
	}
	guides, err := filepath.Glob("../../guides/*.md")
	if err != nil || len(guides) == 0 {
		t.Fatalf("%d guides: %v", len(guides), err)
	}
	named := regexp.MustCompile("`(Test[A-Z]\\w+)`")
	for _, guide := range guides {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range named.FindAllStringSubmatch(string(text), -1) {
			if !exist[match[1]] {
				t.Errorf("%s names %s, which is no test", filepath.Base(guide), match[1])
			}
		}
	}
}
