package nativeflow

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestRemedyNamesFieldsOfOptions(t *testing.T) {
	symbols, err := os.ReadFile(filepath.Join("..", "..", "abi", "nativeflow.symbols"))
	if err != nil {
		t.Skip(err)
	}
	setters := regexp.MustCompile(`\bnf_options_(set|add|use|allow)_\w+`).FindAllString(string(symbols), -1)
	if len(setters) < 16 {
		t.Fatal(setters)
	}
	seen := make(map[string]bool)
	for _, setter := range setters {
		own := ownNames.Replace("the setting (" + setter + ")")
		field := strings.TrimSuffix(strings.TrimPrefix(own, "the setting (Options."), ")")
		if _, exists := reflect.TypeOf(Options{}).FieldByName(field); !exists || seen[field] {
			t.Error(setter, own)
		}
		seen[field] = true
	}
	for name, has := range map[string]any{
		"nf_client_clear_hold":  (*Client).ClearHold,
		"nf_session_clear_hold": (*Session).ClearHold,
		"nf_session_log_in":     (*Session).LogIn,
	} {
		if own := ownNames.Replace(name); has == nil || !strings.Contains(own, ".") {
			t.Error(name, own)
		}
	}
}
