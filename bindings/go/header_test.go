package nativeflow_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nativeflow.example/nativeflow"
)

// published reads a list of the C library's interface from the project's abi directory.
func published(t *testing.T, list string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "abi", list))
	if err != nil {
		skip(t, err.Error())
	}
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// sources returns the text of this package without its tests.
func sources(t *testing.T) string {
	t.Helper()
	files, _ := filepath.Glob("*.go")
	var all strings.Builder
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func TestPackageHasEachFunctionOfC(t *testing.T) {
	here := map[string]bool{
		"nf_get_token":        true, // GetToken, which needs a context
		"nf_token_copy_value": true, // AppendValue
		"nf_error_name":       true, // Error.Name, which uses Code.Name
	}
	for _, call := range regexp.MustCompile(`\bnf_\w+\(`).FindAllString(sources(t), -1) {
		here[strings.TrimSuffix(call, "(")] = true
	}
	for _, function := range published(t, "nativeflow.symbols") {
		if !here[function] {
			t.Error(function)
		}
	}
}

func TestPackageHasEachCodeOfC(t *testing.T) {
	all := sources(t)
	for _, line := range published(t, "nativeflow.codes") {
		var number nativeflow.Code
		var name string
		if _, err := fmt.Sscan(line, &number, &name); err != nil {
			t.Fatal(line, err)
		}
		if number.Name() != name || number != 0 && !regexp.MustCompile(`= C\.`+name+`\n`).MatchString(all) {
			t.Error(name)
		}
	}
	if nativeflow.Code(9999).Name() != "NF_UNKNOWN" {
		t.Error("9999 has a name")
	}
}

func TestLibraryIsNotOlderThanTheHeader(t *testing.T) {
	if nativeflow.VersionNumber() < nativeflow.HeaderVersionNumber || nativeflow.Version() == "" {
		t.Error(nativeflow.Version(), "is older than the header")
	}
}
