package depot

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Part is what the name of a file that is being written has in it, after the name that it will have.
const Part = ".part-"

// Whole writes a new file, for this user's eyes alone, that is there when all of it is on the disk.
func Whole(name string, write func(*os.File) error) (err error) {
	if _, err := os.Lstat(name); err == nil {
		return fmt.Errorf("%s is there already: remove it, or choose another name", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+Part+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
