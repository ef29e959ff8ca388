# Writes the manual pages from the header: nativeflow.3 from its preamble, and a page for each function.
#
#     awk -v version=0.1.0 -v date=2026-01-31 -v folder=man3 -f packaging/man.awk include/nativeflow.h
#
# POSIX awk. Exits with 1 if a function has no comment, because every function needs a page.

# Reading: the preamble, then comments, each with the declaration after it.

FNR == 1 && /^\/\*$/ { part = "preamble"; next }
part == "preamble" && /^ \*\/$/ { part = ""; next }
part == "preamble" { preamble = preamble substr($0, 4) "\n"; next }

/^\/\*\*$/ { part = "comment"; comment = declaration = ""; next }
part == "comment" && /^ \*\/$/ { part = "declaration"; next }
part == "comment" { comment = comment substr($0, 4) "\n"; next }

part == "declaration" {
    declaration = declaration $0 "\n"
    if (/^#define|;$/) {
        note(declaration, comment)
        part = ""
    }
    next
}
!/^#/ && /nf_[a-z0-9_]+\(/ { fail("no comment: " $0) }

END {
    if (failed)
        exit 1
    if (part != "" || preamble == "" || functions == 0)
        fail("not nativeflow.h")
    overview()
    for (i = 1; i <= functions; i++)
        page(function_name[i])
}

function note(declaration, comment,    name, words) {
    # NF_CALL is empty, or what every reader expects. Removing it moves the parameters on later lines too.
    if (gsub(/NF_CALL /, "", declaration))
        gsub(/\n        /, "\n", declaration)
    if (declaration ~ /^#define/) {
        split(declaration, words, " ")
        name = words[2]
        macros[++macro_count] = name
        # Only a number is shown as the value of a macro.
        value[name] = words[3] ~ /^[0-9]+$/ ? " (" words[3] ")" : ""
    } else if (match(declaration, /^typedef struct [a-z_]+/)) {
        name = substr(declaration, 16, RLENGTH - 15)
        types[++type_count] = name
    } else if (match(declaration, /\(\*[a-z_]+\)/)) {
        name = substr(declaration, RSTART + 2, RLENGTH - 3)
        callbacks[++callback_count] = name
    } else if (match(declaration, /nf_[a-z0-9_]+\(/)) {
        name = substr(declaration, RSTART, RLENGTH - 1)
        function_name[++functions] = name
        is_function[name] = 1
        while (sub(/^NF_(API|MUST_USE)[ \n]/, "", declaration))
            continue
        if (comment !~ /(^|\n)Since [0-9.]+\.\n$/)
            fail(name ": the comment does not end with \"Since x.y.\"")
    } else {
        fail("unknown declaration: " declaration)
    }
    if (comment !~ /[^ \n]/)
        fail("no comment: " name)
    declared[name] = declaration
    comment_of[name] = comment
}

# Writing.

function overview(    count, paragraphs, i) {
    open("nativeflow")
    count = split(preamble, paragraphs, /\n\n+/)
    # The first is "nativeflow: summary.", the second the note that the header is generated.
    name_section("nativeflow", substr(paragraphs[1], index(paragraphs[1], ": ") + 2))
    put(".SH SYNOPSIS\n.nf")
    put("\\fB#include <nativeflow.h>\\fP\n")
    put("cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs nativeflow)\n.fi")
    for (i = 3; i <= count; i++)
        if (paragraphs[i] ~ /^[A-Z][A-Z ]+$/)
            section(paragraphs[i])
        else
            paragraph(paragraphs[i])
    section("FUNCTIONS")
    list_functions("")
    for (i = 1; i <= type_count; i++) {
        put(".SS " types[i])
        separator = 0
        text(comment_of[types[i]])
        list_functions(types[i])
    }
    section("CALLBACKS")
    for (i = 1; i <= callback_count; i++) {
        prototype(declared[callbacks[i]])
        text(comment_of[callbacks[i]])
    }
    list_macros("CODES", "^NF_", "^NF_(LOG|VERSION)_")
    list_macros("LOG LEVELS", "^NF_LOG_", "^$")
    list_macros("VERSION MACROS", "^NF_VERSION_", "^$")
    close(file)
}

function page(name,    count, paragraphs, failures, since, i) {
    open(name)
    name_section(name, summary(name))
    put(".SH LIBRARY\nnativeflow (libnativeflow, \\-lnativeflow)")
    put(".SH SYNOPSIS\n.nf\n\\fB#include <nativeflow.h>\\fP\n.fi")
    separator = 1
    prototype(declared[name])
    section("DESCRIPTION")
    count = split(comment_of[name], paragraphs, /\n\n+/)
    for (i = 1; i <= count; i++)
        if (paragraphs[i] ~ /^(Fails|Ends) (with|as) /)
            failures = failures "\n\n" paragraphs[i]
        else if (paragraphs[i] ~ /^Since /)
            since = paragraphs[i]
        else
            paragraph(paragraphs[i])
    if (may_fail(name)) {
        section("RETURN VALUE")
        paragraph("NULL on success; otherwise an error, which the caller frees with nf_error_free.")
    }
    if (failures != "") {
        section("ERRORS")
        text(failures)
    }
    section("HISTORY")
    paragraph(since)
    section("SEE ALSO")
    put(references(name) "\\fBnativeflow\\fP(3)")
    close(file)
}

function open(name) {
    current = name
    file = folder "/" name ".3"
    printf ".\\\" Generated from nativeflow.h by packaging/man.awk; do not edit.\n" >file
    put(".TH " name " 3 " date " \"nativeflow " version "\" \"nativeflow manual\"")
}

# One line without font changes, as whatis(1) reads it.
function name_section(name, what) {
    gsub(/`/, "", what)
    gsub(/\n/, " ", what)
    sub(/[. ]+$/, "", what)
    put(".SH NAME\n" name " \\- " escaped(what))
}

function section(title) {
    put(".SH " (title ~ / / ? "\"" title "\"" : title))
    # The first paragraph of a section needs no macro before it.
    separator = 0
}

function text(comment,    count, paragraphs, i) {
    count = split(comment, paragraphs, /\n\n+/)
    for (i = 1; i <= count; i++)
        if (paragraphs[i] ~ /[^ \n]/)
            paragraph(paragraphs[i])
}

function paragraph(what) {
    sub(/\n+$/, "", what)
    if (what ~ /^    /) {
        what = "\n" what
        gsub(/\n    /, "\n", what)
        put(".IP\n.nf")
        put_lines(literal(substr(what, 2)))
        put(".fi")
    } else {
        if (separator)
            put(".PP")
        put_lines(emphasized(what))
    }
    separator = 1
}

function prototype(declaration,    count, lines, i) {
    put(separator ? ".PP\n.nf" : ".nf")
    sub(/\n$/, "", declaration)
    count = split(declaration, lines, "\n")
    for (i = 1; i <= count; i++)
        put("\\fB" literal(lines[i]) "\\fP")
    put(".fi")
    separator = 1
}

function list_functions(type,    i, prefix, name) {
    for (i = 1; i <= functions; i++) {
        name = function_name[i]
        if (type_of(name) == type)
            put(".TP\n\\fB" name "\\fP(3)\n" emphasized(summary(name)))
    }
}

function list_macros(title, wanted, unwanted,    i, name) {
    section(title)
    for (i = 1; i <= macro_count; i++) {
        name = macros[i]
        if (name ~ wanted && name !~ unwanted) {
            put(".TP\n\\fB" name "\\fP" value[name])
            put_lines(emphasized(comment_of[name]))
        }
    }
}

function may_fail(name) {
    return declared[name] ~ /^nf_error \*/
}

# The type whose name is the prefix of the function's name.
function type_of(name,    i) {
    for (i = 1; i <= type_count; i++)
        if (index(name, types[i] "_") == 1)
            return types[i]
    return ""
}

# The first sentence, up to a colon or semicolon, for whatis(1).
function summary(name,    first) {
    first = comment_of[name]
    gsub(/\n/, " ", first)
    if (match(first, /[.:;] /))
        first = substr(first, 1, RSTART - 1)
    return tolower(substr(first, 1, 1)) substr(first, 2)
}

# The other functions that the page names, and those that free the object.
function references(name,    i, other, named, list) {
    named = comment_of[name] " " type_of(name) "_free " (may_fail(name) ? "nf_error_free " : "")
    for (i = 1; i <= functions; i++) {
        other = function_name[i]
        if (other != name && named ~ ("[^a-z_]" other "[^a-z_]"))
            list = list "\\fB\\%" other "\\fP(3),\n"
    }
    return list
}

# Names of the library and words in backticks are bold. Functions get their section number.
function emphasized(what,    word, done) {
    what = escaped(what)
    while (match(what, /`[^`]+`|(nf|NF)_[A-Za-z0-9_]*[A-Za-z0-9]/)) {
        word = substr(what, RSTART, RLENGTH)
        done = done substr(what, 1, RSTART - 1)
        what = substr(what, RSTART + RLENGTH)
        gsub(/`/, "", word)
        # Not hyphenated.
        done = done "\\fB\\%" word "\\fP"
        if (word in is_function && word != current) {
            done = done "(3)"
            sub(/^\(\)/, "", what)
        }
    }
    return done what
}

function escaped(what) {
    gsub(/\\/, "&e", what)
    # A minus, not a hyphen.
    gsub(/-[0-9]/, "\\\\&", what)
    return what
}

function literal(what) {
    gsub(/\\/, "&e", what)
    gsub(/-/, "\\\\&", what)
    gsub(/'/, "\\(aq", what)
    gsub(/`/, "\\(ga", what)
    gsub(/\^/, "\\(ha", what)
    gsub(/~/, "\\(ti", what)
    return what
}

# Lines of text. One may begin like a roff request.
function put_lines(what) {
    sub(/\n$/, "", what)
    what = "\n" what
    gsub(/\n\./, "\n\\\\\\&.", what)
    gsub(/\n'/, "\n\\\\\\&'", what)
    put(substr(what, 2))
}

function put(what) {
    print what >file
}

function fail(why) {
    print FILENAME ": " why >"/dev/stderr"
    failed = 1
    exit 1
}
