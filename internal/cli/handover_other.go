//go:build !unix

package cli

import "syscall"

const restart = syscall.SIGHUP // which never comes
