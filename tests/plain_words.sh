#!/bin/sh
# Searches for words that break the language rules of this project. Prints each line that contains one, with the rule.
# Fails if tests/plain_words.allowed does not list that line, or if it lists a line that does not exist.
#
#     tests/plain_words.sh [PATH...]
#
# Checks all files and the subjects of the last 20 commits by default. With paths, checks only files in these.
set -eu
cd "$(dirname "$0")/.."
allowed=tests/plain_words.allowed
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Texts of others, released entries of the changelog, and these two files, which contain the words, are not checked.
git ls-files -- "${@:-.}" | grep -vxE 'LICENSE-.*|packaging/debian/copyright|CHANGELOG\.md|tests/plain_words\..*' |
    tr '\n' '\0' >"$work/files" || true
if git ls-files -- "${@:-.}" | grep -qx CHANGELOG.md; then
    sed '/^## \[[0-9]/,$d' CHANGELOG.md >"$work/CHANGELOG.md"
fi

# Appends `file:line:text` for each line that matches, under the name of the rule.
rule() { # name, options of grep, pattern
    {
        xargs -0 -r grep "-nHI$2" -- "$3" <"$work/files" || true
        [ ! -e "$work/CHANGELOG.md" ] || (cd "$work" && grep "-nH$2" -- "$3" CHANGELOG.md) || true
    } | sed "s/^/$1 /" >>"$work/found"
}
rule people wiE 'nobody|somebody|everybody|whoever|whom'
rule talking-software wE 'says?|said|tells?|told|speaks?|judged?|lives|wants'
rule paths E 'way (there|out|to)|on the way|by way of'
rule metaphors wiE 'mend|sees to|blot(ted)?|hush|goodbye|die[sd]|dead'
rule riddles E '(^[ */!#-]*|[.;:] )(What|Who|Whose|That of) '
rule connectives E '\b(perhaps|meanwhile|anew|beside|but for)\b|, for( ([^e]|e[^x])|$)'
rule names E '\b(LONGEST|MOST|SHORTEST|DEEPEST)'
rule spelling wiE 'spelt|(behavi|col|fav|neighb)ours?|judgement|licences?|[a-z]+(isation|alised)'
# Only remedies are texts of this form.
tr '\0' '\n' <"$work/files" | grep '/cause\.rs$' | tr '\n' '\0' >"$work/causes" || true
mv "$work/causes" "$work/files"
rm -f "$work/CHANGELOG.md"
rule remedies E '^ +"(The|If|Nothing|Behind) .*";$'
if [ $# = 0 ]; then
    git log -20 --no-merges --format=%s | grep -vE '^[a-z.]+(, [a-z.]+)*: [A-Z]' | sed 's/^/commits git log:0:/' \
        >>"$work/found" || true
fi

# An allowed line is `file: text`, where text is a part of the found line.
awk -v complete=$(($# == 0)) '
    FILENAME == ARGV[1] {
        if (!/^#/ && split($0, part, ": ") > 1) {
            file[++count] = part[1]
            text[count] = substr($0, length(part[1]) + 3)
        }
        next
    }
    {
        found = substr($0, index($0, " ") + 1)
        for (i = 1; i <= count; i++)
            if (index(found, file[i] ":") == 1 && index(found, text[i])) {
                used[i] = 1
                next
            }
        print
        failed = 1
    }
    END {
        for (i = 1; complete && i <= count; i++)
            if (!used[i]) {
                print "not found, remove it from the list: " file[i] ": " text[i]
                failed = 1
            }
        exit failed
    }' "$allowed" "$work/found"
