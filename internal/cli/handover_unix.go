//go:build unix

package cli

import "syscall"

// restart is the signal for a handover. SIGHUP is not: it also comes when somebody closes a terminal.
const restart = syscall.SIGUSR2
