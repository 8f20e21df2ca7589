package depot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"craftplan/internal/outbound"
)

// Keys are what opens a bucket.
type Keys struct{ Access, Secret, Region string }

// S3 is a bucket, or what is below a prefix in one.
type S3 struct {
	client         *minio.Client
	bucket, prefix string
}

const (
	partSize = 16 << 20 // of an upload, and of memory; 10,000 of them are the largest file
	retries  = 3        // of a request; whoever puts a file tries again later
)

var errAddress = errors.New("use https://HOST/BUCKET, or https://HOST/BUCKET/PREFIX")

// OpenS3 is the bucket at https://HOST/BUCKET/PREFIX. Without TLS it may only be on this machine: what is kept there is all that somebody
// knows. Nothing is asked of it yet.
func OpenS3(address string, keys Keys) (*S3, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errAddress
	}
	if u.Scheme == "http" && !outbound.Local(u.Hostname()) {
		return nil, errors.New("use https: http is for this machine alone")
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if bucket == "" {
		return nil, errAddress
	}
	client, err := minio.New(u.Host, &minio.Options{Creds: credentials.NewStaticV4(keys.Access, keys.Secret, ""), Secure: u.Scheme == "https", Region: keys.Region, MaxRetries: retries})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAddress, err)
	}
	return &S3{client, bucket, prefix}, nil
}

func (s *S3) key(folder, name string) string { return path.Join(s.prefix, folder, name) }

// Put uploads in parts, which become an object when all are there.
func (s *S3) Put(ctx context.Context, folder, name string, content io.Reader) error {
	options := minio.PutObjectOptions{ContentType: "application/zip", PartSize: partSize, DisableContentSha256: true} // TLS, and a checksum of each part, do it
	_, err := s.client.PutObject(ctx, s.bucket, s.key(folder, name), content, -1, options)
	return told(err)
}

// Names lists what is below the folder.
func (s *S3) Names(ctx context.Context, folder string) (names []string, err error) {
	below := s.key(folder, "") + "/"
	for object := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: below}) {
		if object.Err != nil {
			return nil, told(object.Err)
		}
		names = append(names, strings.TrimPrefix(object.Key, below))
	}
	slices.Sort(names)
	return names, ctx.Err()
}

// Remove removes the object.
func (s *S3) Remove(ctx context.Context, folder, name string) error {
	return told(s.client.RemoveObject(ctx, s.bucket, s.key(folder, name), minio.RemoveObjectOptions{}))
}

func told(err error) error {
	if err != nil {
		return fmt.Errorf("S3: %w", err)
	}
	return nil
}
