// Package config has what an operator chooses: one struct, filled from flags and the environment.
package config

import (
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"

	"craftplan/internal/depot"
	"craftplan/internal/files"
	"craftplan/internal/httpkit"
	"craftplan/internal/mail"
	"craftplan/internal/secret"
	"craftplan/internal/store"
)

// Config is shared by the commands. The tags are kong's: the name, default, variable and help of each flag.
type Config struct {
	Database      string `help:"SQLite file, or postgres:// URL." default:"craftplan.db" env:"CRAFTPLAN_DATABASE_URL" placeholder:"FILE|URL"`
	Relaxed       bool   `help:"SQLite: faster commits that a power failure may lose." env:"CRAFTPLAN_RELAXED"`
	PoolSize      int    `help:"PostgreSQL: connections." default:"16" env:"CRAFTPLAN_POOL_SIZE"`
	SecretKeyFile string `help:"File with the key that seals secrets at rest; FILE.key beside a SQLite file when left out, and made when missing." env:"CRAFTPLAN_SECRET_KEY_FILE" placeholder:"FILE"`
	FilesDir      string `help:"Folder of uploaded files; FILE.files beside a SQLite file when left out, and made when missing." env:"CRAFTPLAN_FILES_DIR" placeholder:"DIR"`
	LogFormat     string `help:"Log as text or json." enum:"text,json" default:"text" env:"CRAFTPLAN_LOG_FORMAT"`
	LogLevel      string `help:"Least severe level to log: debug, info, warn or error." enum:"debug,info,warn,error" default:"info" env:"CRAFTPLAN_LOG_LEVEL"`
}

// Server is what serving adds.
type Server struct {
	Addr      string   `help:"Address to listen on." default:"127.0.0.1:4000" env:"CRAFTPLAN_ADDR" placeholder:"HOST:PORT"`
	SMTP      string   `help:"Mail server: smtp://USER:PASSWORD@HOST:587, or smtps:// for TLS from the first byte. Without one, mails are kept in a mailbox for the operator." env:"CRAFTPLAN_SMTP_URL" placeholder:"URL"`
	MailFrom  string   `help:"Sender of mails, such as 'Craftplan <post@example.com>'." env:"CRAFTPLAN_MAIL_FROM" placeholder:"ADDRESS"`
	Private   bool     `help:"Let organizations name mail servers and sign-in providers at private addresses, such as those of your own network." name:"allow-private" env:"CRAFTPLAN_ALLOW_PRIVATE"`
	Operator  string   `help:"Address for the host alone: metrics for Prometheus at /metrics, profiles at /debug/pprof/. Whoever reaches it may read them." name:"operator-addr" env:"CRAFTPLAN_OPERATOR_ADDR" placeholder:"HOST:PORT"`
	Counted   int      `help:"Metrics: for how many organizations, those that were last active, requests and jobs are counted one by one." name:"metrics-organizations" default:"500" env:"CRAFTPLAN_METRICS_ORGANIZATIONS"`
	Proxies   []string `help:"Addresses and networks of your own proxies, whose word for who asks is believed (X-Forwarded-For)." name:"trusted-proxies" env:"CRAFTPLAN_TRUSTED_PROXIES" placeholder:"ADDRESS"`
	ACMEEmail string   `help:"Get a TLS certificate for --public-url from an ACME authority, whose terms you agree to, and renew it: the authority writes to this address. --addr is then where port 443 of that name leads." name:"acme-email" env:"CRAFTPLAN_ACME_EMAIL" placeholder:"ADDRESS"`
	ACMEURL   string   `help:"Directory of the authority." name:"acme-directory" default:"https://acme-v02.api.letsencrypt.org/directory" env:"CRAFTPLAN_ACME_DIRECTORY" placeholder:"URL"`
	ACMERoots string   `help:"File of certificates to know the authority by, when it is one of your own." name:"acme-roots" type:"existingfile" env:"CRAFTPLAN_ACME_ROOTS" placeholder:"FILE"`
	TLSDir    string   `help:"Folder of certificates and their keys; FILE.tls beside a SQLite file when left out, and made when missing." name:"tls-dir" env:"CRAFTPLAN_TLS_DIR" placeholder:"DIR"`
	PlainAddr string   `help:"With --acme-email: address without TLS, where port 80 leads, that sends people to TLS." name:"plain-addr" env:"CRAFTPLAN_PLAIN_ADDR" placeholder:"HOST:PORT"`
	BackupDir string   `help:"SQLite: folder for a backup of the whole installation, once a day." env:"CRAFTPLAN_BACKUP_DIR" placeholder:"DIR"`
	Backups   int      `help:"How many backups are kept in that folder." name:"backup-keep" default:"7" env:"CRAFTPLAN_BACKUP_KEEP"`
	ExportDir string   `help:"Folder for archives of each organization, which carry it anywhere." env:"CRAFTPLAN_EXPORT_DIR" placeholder:"DIR"`
	ExportS3  string   `help:"Bucket for such archives instead, of a server that speaks S3: https://HOST/BUCKET/PREFIX." name:"export-s3" env:"CRAFTPLAN_EXPORT_S3" placeholder:"URL"`
	S3Access  string   `help:"Access key of the bucket." name:"s3-access-key" env:"CRAFTPLAN_S3_ACCESS_KEY" placeholder:"KEY"`
	S3Secret  string   `help:"Secret key of the bucket." name:"s3-secret-key" env:"CRAFTPLAN_S3_SECRET_KEY" placeholder:"KEY"`
	S3Region  string   `help:"Region of the bucket, where the server asks for one." name:"s3-region" env:"CRAFTPLAN_S3_REGION" placeholder:"REGION"`
	Exports   string   `help:"How often archives are written of organizations without a schedule of their own: daily, weekly or never." name:"export-every" enum:"daily,weekly,never" default:"daily" env:"CRAFTPLAN_EXPORT_EVERY"`
	Archives  int      `help:"How many archives of each organization are kept." name:"export-keep" default:"7" env:"CRAFTPLAN_EXPORT_KEEP"`
	PublicURL string   `help:"URL people use, when a proxy stands in front; https makes cookies secure." env:"CRAFTPLAN_PUBLIC_URL" placeholder:"URL"`
}

// Validate tells what is wrong, naming the flag.
func (c Config) Validate() error {
	if c.Database == "" {
		return fmt.Errorf("--database: name a file or a postgres:// URL")
	}
	if c.PoolSize < 1 || c.PoolSize > 1000 {
		return fmt.Errorf("--pool-size: use 1 to 1000")
	}
	return nil
}

// Validate tells what is wrong, naming the flag.
func (s Server) Validate() error {
	if _, _, err := net.SplitHostPort(s.Addr); err != nil {
		return fmt.Errorf("--addr %q: use HOST:PORT, such as 127.0.0.1:4000", s.Addr)
	}
	if _, _, err := net.SplitHostPort(s.Operator); s.Operator != "" && err != nil {
		return fmt.Errorf("--operator-addr %q: use HOST:PORT, such as 127.0.0.1:9400", s.Operator)
	}
	if _, err := httpkit.ParseProxies(s.Proxies); err != nil {
		return fmt.Errorf("--trusted-proxies: %w", err)
	}
	if s.Counted < 1 || s.Counted > 100_000 {
		return fmt.Errorf("--metrics-organizations: use 1 to 100000")
	}
	if s.Backups < 1 || s.Backups > 1000 {
		return fmt.Errorf("--backup-keep: use 1 to 1000")
	}
	if s.Archives < 1 || s.Archives > 1000 {
		return fmt.Errorf("--export-keep: use 1 to 1000")
	}
	if _, err := s.Depot(); err != nil {
		return err
	}
	if s.PublicURL != "" {
		u, err := url.Parse(s.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
			return fmt.Errorf("--public-url %q: use a URL without a path, such as https://erp.example.com", s.PublicURL)
		}
	}
	if err := s.validateTLS(); err != nil {
		return err
	}
	_, err := s.Mail()
	return err
}

func (s Server) validateTLS() error {
	if s.ACMEEmail == "" {
		if s.PlainAddr != "" {
			return errors.New("--plain-addr: use it with --acme-email")
		}
		return nil
	}
	if a, err := netmail.ParseAddress(s.ACMEEmail); err != nil || a.Address != s.ACMEEmail {
		return fmt.Errorf("--acme-email %q: use an address, such as host@example.com", s.ACMEEmail)
	}
	if !s.HTTPS() {
		return errors.New("--acme-email: give the URL that the certificate is for with --public-url, such as https://erp.example.com")
	}
	if u, err := url.Parse(s.ACMEURL); err != nil || u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("--acme-directory %q: use an https:// URL", s.ACMEURL)
	}
	if _, _, err := net.SplitHostPort(s.PlainAddr); s.PlainAddr != "" && err != nil {
		return fmt.Errorf("--plain-addr %q: use HOST:PORT, such as :80", s.PlainAddr)
	}
	return nil
}

// Mail is how mails are sent.
func (s Server) Mail() (o mail.Options, err error) {
	if s.SMTP != "" {
		if o.Server, err = mail.ParseServer(s.SMTP); err != nil {
			return o, fmt.Errorf("--smtp: %w", err)
		}
		if s.MailFrom == "" {
			return o, errors.New("--mail-from: enter the address that the mail server lets you send from")
		}
	}
	if s.MailFrom != "" {
		from, err := netmail.ParseAddress(s.MailFrom)
		if err != nil {
			return o, fmt.Errorf("--mail-from %q: use an address, such as 'Craftplan <post@example.com>'", s.MailFrom)
		}
		o.From = *from
	}
	return o, nil
}

// Depot is where archives of organizations are written; nil is nowhere.
func (s Server) Depot() (depot.Depot, error) {
	switch {
	case s.ExportDir != "" && s.ExportS3 != "":
		return nil, errors.New("--export-dir, --export-s3: choose one of them")
	case s.ExportDir != "":
		return depot.Directory(s.ExportDir), nil
	case s.ExportS3 == "":
		return nil, nil //nolint:nilnil // nowhere is a place
	case s.S3Access == "" || s.S3Secret == "":
		return nil, errors.New("--export-s3: give the keys of the bucket as CRAFTPLAN_S3_ACCESS_KEY and CRAFTPLAN_S3_SECRET_KEY")
	}
	bucket, err := depot.OpenS3(s.ExportS3, depot.Keys{Access: s.S3Access, Secret: s.S3Secret, Region: s.S3Region})
	if err != nil {
		return nil, fmt.Errorf("--export-s3: %w", err)
	}
	return bucket, nil
}

// HTTPS tells whether people reach the server over TLS.
func (s Server) HTTPS() bool { return strings.HasPrefix(s.PublicURL, "https://") }

// Options are the store's. The key that seals secrets is read, or made beside a SQLite file; several processes on one PostgreSQL
// must share it, so there it has to be named.
func (c Config) Options() (store.Options, error) {
	file := c.KeyFile()
	if file == "" {
		return store.Options{}, errors.New("--secret-key-file: name the file with the key that seals secrets; it is made when it does not exist, and every process needs the same")
	}
	keys, err := secret.Load(file)
	return store.Options{Relaxed: c.Relaxed, Connections: c.PoolSize, Keys: keys}, err
}

// KeyFile is the file with the key that seals secrets; "" where it has to be named.
func (c Config) KeyFile() string { return c.beside(c.SecretKeyFile, ".key") }

// Folder is that of uploaded files; "" where it has to be named.
func (c Config) Folder() string { return c.beside(c.FilesDir, ".files") }

// beside is what was named, or lies beside a SQLite file.
func (c Config) beside(named, suffix string) string {
	if named == "" && store.EngineOf(c.Database) == store.SQLite {
		return c.Database + suffix
	}
	return named
}

// Certificates is the folder of TLS certificates. Several processes on one PostgreSQL must share it, so there it has to be named.
func (c Config) Certificates(s Server) (string, error) {
	folder := c.beside(s.TLSDir, ".tls")
	if folder == "" {
		return "", errors.New("--tls-dir: name the folder of certificates; it is made when it does not exist, and every process needs the same")
	}
	return folder, nil
}

// Files opens the folder of uploaded files, which is made beside a SQLite file; several processes on one PostgreSQL must share it, so
// there it has to be named.
func (c Config) Files() (*files.Directory, error) {
	folder := c.Folder()
	if folder == "" {
		return nil, errors.New("--files-dir: name the folder of uploaded files; it is made when it does not exist, and every process needs the same")
	}
	return files.OpenDirectory(folder)
}

// Value is one effective value.
type Value struct{ Name, Text string }

// Values are the effective ones, secrets hidden.
func (c Config) Values(s Server) []Value {
	return []Value{
		{"database", store.Redact(c.Database)},
		{"engine", string(store.EngineOf(c.Database))},
		{"relaxed", strconv.FormatBool(c.Relaxed)},
		{"pool-size", strconv.Itoa(c.PoolSize)},
		{"secret-key", c.SecretKeyFile},
		{"files-dir", c.FilesDir},
		{"log-format", c.LogFormat},
		{"log-level", c.LogLevel},
		{"addr", s.Addr},
		{"operator-addr", s.Operator},
		{"metrics-organizations", strconv.Itoa(s.Counted)},
		{"backup-dir", s.BackupDir},
		{"backup-keep", strconv.Itoa(s.Backups)},
		{"export-dir", s.ExportDir},
		{"export-s3", s.ExportS3},
		{"s3-access-key", s.S3Access},
		{"s3-secret-key", hidden(s.S3Secret)},
		{"s3-region", s.S3Region},
		{"export-every", s.Exports},
		{"export-keep", strconv.Itoa(s.Archives)},
		{"public-url", s.PublicURL},
		{"trusted-proxies", strings.Join(s.Proxies, ", ")},
		{"smtp", mailServer(s.SMTP)},
		{"mail-from", s.MailFrom},
		{"allow-private", strconv.FormatBool(s.Private)},
		{"acme-email", s.ACMEEmail},
		{"acme-directory", s.ACMEURL},
		{"acme-roots", s.ACMERoots},
		{"tls-dir", s.TLSDir},
		{"plain-addr", s.PlainAddr},
	}
}

// hidden tells of a secret only that there is one.
func hidden(secret string) string {
	if secret == "" {
		return ""
	}
	return "(hidden)"
}

// mailServer hides the password of a mail server's URL.
func mailServer(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "(hidden)"
	}
	return u.Redacted()
}
