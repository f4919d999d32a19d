// Command creditsync carries public-credit records from departments to the credit information platform.
package main

import (
	"os"
	"time"

	"creditsync/internal/cli"
)

func main() {
	executable, _ := os.Executable() // "" where the system cannot tell; who needs it says so
	os.Exit(cli.Main(cli.Env{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		LookupEnv: os.LookupEnv, Now: time.Now, Executable: executable}))
}
