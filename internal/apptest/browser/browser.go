// Package browser drives a real headless Chromium in tests.
package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// patience is how long one step may take on a busy machine.
const patience = time.Minute

// Page is a tab of its own profile: no cookie is shared with another page. What its scripts report as an error fails the test.
type Page struct {
	t       testing.TB
	ctx     context.Context
	base    string
	offline atomic.Bool
}

// Open starts a browser for the test, on an application's address.
func Open(t testing.TB, base string) *Page {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("force-prefers-reduced-motion", true)) // a click on a dialog that is still opening goes beside it
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	p := &Page{t: t, ctx: ctx, base: base}
	t.Cleanup(func() {
		if t.Failed() {
			p.keep()
		}
		closeBrowser()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v (install it with: apt-get install chromium)", err)
	}
	go p.report(chromedp.Console(ctx))
	return p
}

// refusal is a page that says no, which is an answer like any other.
var refusal = regexp.MustCompile(`status of (401|403|404|409|422)`)

// report fails the test for what the browser reports as an error, until the network is cut on purpose.
func (p *Page) report(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if (m.IsException() || m.Type == "error") && !p.offline.Load() && !refusal.MatchString(m.Text) {
			p.t.Errorf("the browser reports: %s", m)
		}
	}
}

// keep leaves a picture of the page behind when CRAFTPLAN_TEST_PICTURES names a folder.
func (p *Page) keep() {
	dir := os.Getenv("CRAFTPLAN_TEST_PICTURES")
	if dir == "" {
		return
	}
	if picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(90)); err == nil {
		_ = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "-")+".jpg"), picture, 0o600)
	}
}

func run[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, action)
	if err != nil {
		address, _ := chromedp.Run(p.ctx, chromedp.Location())
		p.t.Fatalf("%s on %s: %v", what, address, err)
	}
	return result
}

// Go opens a path of the application.
func (p *Page) Go(path string) {
	p.t.Helper()
	run(p, "open "+path, chromedp.Navigate(p.base+path))
}

// SignIn signs in at /login.
func (p *Page) SignIn(email, password string) {
	p.t.Helper()
	p.Go("/login")
	p.Fill("[name=email]", email)
	p.Fill("[name=password]", password)
	p.Submit("main form button[type=submit], .gate-card button[type=submit]")
}

// Fill types into a field, replacing what is there. That of a dialog that is being opened is there before it can be typed into.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	css := chromedp.CSS(selector)
	run(p, "find "+selector, chromedp.WaitVisible(css))
	p.WaitFor(fmt.Sprintf(`(e => { e.focus(); e.select(); return document.activeElement === e })(document.querySelector(%q))`, selector))
	run(p, "fill "+selector, chromedp.SendKeys(css, text))
}

// Set gives a field a value at once, as a date picker does, and tells the page.
func (p *Page) Set(selector, value string) {
	p.t.Helper()
	p.Do(fmt.Sprintf(`{ const e = document.querySelector(%q); e.value = %q; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})) }`, selector, value))
}

// Choose picks the option of a select whose label starts with a text.
func (p *Page) Choose(selector, label string) {
	p.t.Helper()
	p.WaitFor(fmt.Sprintf(`[...document.querySelector(%q).options].some(o => o.label.startsWith(%q))`, selector, label))
	p.Do(fmt.Sprintf(`{ const e = document.querySelector(%q); e.value = [...e.options].find(o => o.label.startsWith(%q)).value; e.dispatchEvent(new Event("change", {bubbles: true})) }`, selector, label))
}

// Attach chooses files of this machine in a file field.
func (p *Page) Attach(selector string, files ...string) {
	p.t.Helper()
	run(p, "attach to "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}

// Click clicks what a selector finds first.
func (p *Page) Click(selector string) {
	p.t.Helper()
	css := chromedp.CSS(selector)
	run(p, "find "+selector, chromedp.WaitVisible(css))
	p.waitUntilStill(fmt.Sprintf(`document.querySelector(%q)`, selector))
	run(p, "click "+selector, chromedp.Click(css))
}

// waitUntilStill waits until an element is where it was a frame ago, and nothing lies over it: a click goes to a place, and one on what
// is still being laid out goes beside it.
func (p *Page) waitUntilStill(element string) {
	p.t.Helper()
	p.WaitFor(fmt.Sprintf(`new Promise(done => {
		const e = %s;
		if (!e) return done(false);
		e.scrollIntoView({block: "center", behavior: "instant"});
		const before = e.getBoundingClientRect();
		requestAnimationFrame(() => requestAnimationFrame(() => {
			const now = e.getBoundingClientRect();
			const top = document.elementFromPoint(now.x + now.width / 2, now.y + now.height / 2);
			done(before.x === now.x && before.y === now.y && before.width === now.width && before.height === now.height && (top === e || e.contains(top)));
		}));
	})`, element))
}

// Press clicks the button or link that reads as the text.
func (p *Page) Press(label string) {
	p.t.Helper()
	path := fmt.Sprintf(`//main//*[self::button or self::a][normalize-space(.)=%q]`, label)
	run(p, "find "+label, chromedp.WaitVisible(path))
	p.waitUntilStill(fmt.Sprintf(`document.evaluate(%q, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue`, path))
	run(p, "press "+label, chromedp.Click(path, chromedp.NodeVisible))
}

// Key presses a key in a field.
func (p *Page) Key(selector, key string) {
	p.t.Helper()
	run(p, "press a key in "+selector, chromedp.SendKeys(chromedp.CSS(selector), key))
}

// Submit clicks and waits for the page that comes of it.
func (p *Page) Submit(selector string) {
	p.t.Helper()
	p.Leave(func() { p.Click(selector) })
}

// Send presses the button that reads as the text and waits for the page that comes of it.
func (p *Page) Send(label string) {
	p.t.Helper()
	p.Leave(func() { p.Press(label) })
}

// Leave does something and waits until another document is there.
func (p *Page) Leave(act func()) {
	p.t.Helper()
	p.Do(`window.before = true`)
	act()
	p.WaitFor(`!window.before && document.readyState === "complete"`)
}

// Do runs a script.
func (p *Page) Do(script string) {
	p.t.Helper()
	run(p, "run "+script, chromedp.Evaluate[any](script+"; 0"))
}

// Text is the text of what a selector finds first, with single spaces.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	text := run(p, "read "+selector, chromedp.Evaluate[string](fmt.Sprintf(`(document.querySelector(%q)?.textContent ?? "")`, selector)))
	return strings.Join(strings.Fields(text), " ")
}

// Value is what stands in the field that a selector finds first.
func (p *Page) Value(selector string) string {
	p.t.Helper()
	return run(p, "read "+selector, chromedp.Evaluate[string](fmt.Sprintf(`(document.querySelector(%q)?.value ?? "")`, selector)))
}

// Attribute is an attribute of what a selector finds first, "" when there is none.
func (p *Page) Attribute(selector, name string) string {
	p.t.Helper()
	return run(p, "read "+selector, chromedp.Evaluate[string](fmt.Sprintf(`(document.querySelector(%q)?.getAttribute(%q) ?? "")`, selector, name)))
}

// Path is the path of the page's address.
func (p *Page) Path() string {
	p.t.Helper()
	return run(p, "read the address", chromedp.Evaluate[string](`location.pathname`))
}

// WaitFor waits until an expression, or what it promises, is true.
func (p *Page) WaitFor(expression string) {
	p.t.Helper()
	end := time.Now().Add(patience)
	for {
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Promise.resolve("+expression+").then(Boolean)", chromedp.EvalAwaitPromise))
		cancel()
		if is {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("waited in vain for %s (%v)", expression, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// WaitForText waits until the text of an element contains another.
func (p *Page) WaitForText(selector, text string) {
	p.t.Helper()
	p.WaitFor(fmt.Sprintf(`(document.querySelector(%q)?.textContent ?? "").replace(/\s+/g, " ").includes(%q)`, selector, text))
}

// Look sets the size of the window and the colour scheme, without transitions.
func (p *Page) Look(width int64, dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	run(p, "look", chromedp.EmulateViewport(width, 900))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.t.Fatal(err)
	}
}

// TrustAll takes every certificate, such as that of another server of the test.
func (p *Page) TrustAll() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true}); err != nil {
		p.t.Fatal(err)
	}
}

// Device gives the browser a device that keeps passkeys. Its owner is there, and lets it answer at once, unless told otherwise.
func (p *Page) Device() (there func(bool)) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	device := webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}
	made, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &device})
	if err != nil {
		p.t.Fatal(err)
	}
	return func(there bool) {
		p.t.Helper()
		if _, err := chromedp.Call(p.ctx, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: made.AuthenticatorID, Enabled: there}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// Downloads is the folder in which what is downloaded lies from now on.
func (p *Page) Downloads() (folder string) {
	p.t.Helper()
	folder = p.t.TempDir()
	if _, err := chromedp.Call(p.ctx, cdp.SetDownloadBehavior, cdp.SetDownloadBehaviorParams{Behavior: cdp.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder}); err != nil {
		p.t.Fatal(err)
	}
	return folder
}

// Offline cuts the network, or mends it.
func (p *Page) Offline(off bool) {
	p.t.Helper()
	p.offline.Store(true) // and from then on: a request that failed is reported late
	p.conditions(network.Conditions{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
}

// Slow makes every answer late.
func (p *Page) Slow(by time.Duration) {
	p.t.Helper()
	p.conditions(network.Conditions{Latency: float64(by.Milliseconds()), DownloadThroughput: -1, UploadThroughput: -1})
}

func (p *Page) conditions(c network.Conditions) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&c}}); err != nil {
		p.t.Fatal(err)
	}
}

//go:embed axe.min.js
var axe string

// Violations are, once nothing moves any more, what axe-core finds wrong for people with disabilities, in one line each.
func (p *Page) Violations() []string {
	p.t.Helper()
	return p.axe(`document`, ``)
}

// ButContrast are the violations but for those of contrast, which take axe-core longer than all others together.
func (p *Page) ButContrast() []string {
	p.t.Helper()
	return p.axe(`document`, `, rules: {"color-contrast": {enabled: false}}`)
}

// Contrast are texts that are hard to read against what they stand on. What looks like something that the tab showed before, with
// what it stands in, has its colours, and is not looked at again.
func (p *Page) Contrast() []string {
	p.t.Helper()
	return p.axe(`(() => {
		const look = e => [e.localName, e.className, e.disabled, ...["type", "role", "aria-current", "aria-sort", "aria-selected", "aria-invalid"].map(a => e.getAttribute(a))].join();
		const seen = new Set(JSON.parse(sessionStorage.getItem("seen") ?? "[]"));
		const fresh = [...document.body.querySelectorAll("*")].filter(e => {
			let key = "";
			for (let up = e, n = 0; up && n < 4; up = up.parentElement, n++) key += look(up) + ">";
			return e.checkVisibility() && !seen.has(key) && seen.add(key);
		});
		sessionStorage.setItem("seen", JSON.stringify([...seen]));
		return {include: fresh.length ? fresh : [document.querySelector("h1")]};
	})()`, `, runOnly: ["color-contrast"]`)
}

func (p *Page) axe(context, options string) []string {
	p.t.Helper()
	script := `axe.run(` + context + `, {resultTypes: ["violations"]` + options + `}).then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.help + " at " + v.nodes.map(n => n.target.join(" ") + " {" + (n.any[0]?.message ?? "") + "}").join(", "))))`
	run(p, "settle", chromedp.Evaluate[any](`new Promise(done => requestAnimationFrame(() => {
		document.getAnimations().forEach(a => { try { a.finish() } catch { /* it turns for ever */ } });
		requestAnimationFrame(done);
	})).then(() => 0)`, chromedp.EvalAwaitPromise))
	if run(p, "look for axe", chromedp.Evaluate[bool](`!window.axe`)) {
		run(p, "load axe", chromedp.Evaluate[any](axe+"; 0"))
	}
	found := run(p, "axe", chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		p.t.Fatal(err)
	}
	return violations
}

// Wide tells by how many pixels the page is wider than the window: people would have to scroll sideways.
func (p *Page) Wide() int {
	p.t.Helper()
	return run(p, "measure", chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
}

// Ragged are the numbers of a phone's rows that do not stand below each other, at the right.
func (p *Page) Ragged() []string {
	p.t.Helper()
	const script = `[...document.querySelectorAll(".stackable tbody tr")].flatMap(row => {
		const end = row.getBoundingClientRect().right - parseFloat(getComputedStyle(row).paddingRight)
		return [...row.querySelectorAll(":scope > .num")].filter(n => n.checkVisibility() && Math.abs(n.getBoundingClientRect().right - end) > 2).map(n => n.textContent.trim())
	})`
	return run(p, "measure numbers", chromedp.Evaluate[[]string](script))
}
