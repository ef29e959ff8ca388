package nativeflow

import "testing"

// BeforeNew runs before each C client that is made in a test.
func BeforeNew(t *testing.T, run func()) {
	beforeNew = run
	t.Cleanup(func() { beforeNew = func() {} })
}
