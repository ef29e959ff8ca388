# Writes the manual pages from the header: nativeflow.3 from its preamble, and a page for each function, type and callback.
#
#     awk -v version=0.1.0 -v date=2026-01-31 -v directory=man3 -v examples=packaging/man -f packaging/man.awk include/nativeflow.h
#
# The example of a page is the file with its name in `examples`, such as nf_client.c. POSIX awk. Exits with 1 if a function
# has no comment, because every function needs a page.

# Reading: the preamble, then comments, each with the declaration after it.

# NF_SECRET_NEEDED is a code.
BEGIN { secret_results = "^NF_SECRET_(NONE|UNAVAILABLE)$" }

FNR == 1 && /^\/\*$/ { part = "preamble"; next }
part == "preamble" && /^ \*\/$/ { part = ""; next }
part == "preamble" { preamble = preamble substr($0, 4) "\n"; next }

/^\/\*\*$/ { part = "comment"; comment = declaration = ""; next }
part == "comment" && /^ \*\/$/ { part = "declaration"; next }
part == "comment" { comment = comment substr($0, 4) "\n"; next }

part == "declaration" {
    declaration = declaration $0 "\n"
    if (declaration ~ /^#define/ ? !/\\$/ : /;$/) {
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
        fail("the input is not nativeflow.h")
    overview()
    for (i = 1; i <= functions; i++)
        page(function_name[i])
    for (i = 1; i <= type_count; i++)
        type_page(types[i])
    for (i = 1; i <= callback_count; i++)
        type_page(callbacks[i])
}

function note(declaration, comment,    name, words) {
    # Removes a macro that is empty or the default calling convention. The parameters after the first one move with it. A program
    # that defines a callback needs it.
    if (declaration !~ /\(NF_CALL \*/ && gsub(/NF_CALL /, "", declaration))
        gsub(/\n        /, "\n", declaration)
    if (declaration ~ /^#define/) {
        split(declaration, words, " ")
        name = words[2]
        sub(/\(\)$/, "", name)
        macros[++macro_count] = name
        # The comment of a macro that is not a number describes its value.
        gsub(/[()]/, "", words[3])
        value[name] = words[3] ~ /^-?[0-9]+$/ ? " (" words[3] ")" : ""
    } else if (match(declaration, /^typedef struct [a-z_]+/)) {
        name = substr(declaration, 16, RLENGTH - 15)
        types[++type_count] = name
        is_type[name] = 1
    } else if (match(declaration, /\(NF_CALL \*[a-z_]+\)/)) {
        name = substr(declaration, RSTART + 10, RLENGTH - 11)
        callbacks[++callback_count] = name
    } else if (match(declaration, /nf_[a-z0-9_]+\(/)) {
        name = substr(declaration, RSTART, RLENGTH - 1)
        function_name[++functions] = name
        is_function[name] = 1
        while (sub(/^NF_(API|MUST_USE)[ \n]/, "", declaration))
            continue
        if (comment !~ /(^|\n)Since [0-9.]+\.\n$/)
            fail(name " has no \"Since\" line at its end")
    } else {
        fail("unknown declaration: " declaration)
    }
    if (comment !~ /[^ \n]/)
        fail("no comment: " name)
    declared[name] = declaration
    comments[name] = comment
}

# Writing.

function overview(    count, paragraphs, i) {
    open("nativeflow")
    count = split(preamble, paragraphs, /\n\n+/)
    # The first paragraph is "nativeflow: purpose.", the second is about the generation of the header.
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
        put(".SS \\fB" types[i] "\\fP(3)")
        separator = 0
        text(comments[types[i]])
        list_functions(types[i])
    }
    section("CALLBACKS")
    for (i = 1; i <= callback_count; i++) {
        prototype(declared[callbacks[i]])
        text(comments[callbacks[i]])
    }
    list_macros("CODES", "^NF_", "^NF_(CREDENTIAL_|LOG_|TIMING_|VERSION_|CHECK_VERSION$)|" secret_results)
    list_macros("LOG LEVELS", "^NF_LOG_", "^$")
    list_macros("TIMINGS", "^NF_TIMING_", "^$")
    list_macros("CREDENTIAL TYPES", "^NF_CREDENTIAL_", "^$")
    list_macros("RESULTS OF A SECRET CALLBACK", secret_results, "^$")
    list_macros("VERSION MACROS", "^NF_(VERSION_|CHECK_VERSION$)", "^$")
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
    count = split(comments[name], paragraphs, /\n\n+/)
    for (i = 1; i <= count; i++)
        if (paragraphs[i] ~ /^(Fails|Ends) (with|as) /)
            failures = failures "\n\n" paragraphs[i]
        else if (paragraphs[i] ~ /^Since /)
            since = paragraphs[i]
        else
            paragraph(paragraphs[i])
    if (may_fail(name)) {
        section("RETURN VALUE")
        paragraph("NULL on success, otherwise an error. Free it with nf_error_free.")
    }
    if (failures != "") {
        section("ERRORS")
        text(failures)
    }
    section("HISTORY")
    paragraph(since)
    example(name)
    section("SEE ALSO")
    put(references(name) "\\fBnativeflow\\fP(3)")
    close(file)
}

# The page of a type, with its functions, or of a callback, with the functions that mention it.
function type_page(name) {
    open(name)
    name_section(name, summary(name))
    put(".SH LIBRARY\nnativeflow (libnativeflow, \\-lnativeflow)")
    put(".SH SYNOPSIS\n.nf\n\\fB#include <nativeflow.h>\\fP\n.fi")
    separator = 1
    prototype(declared[name])
    section("DESCRIPTION")
    text(comments[name])
    if (name in is_type) {
        section("FUNCTIONS")
        list_functions(name)
    }
    if (comments[name] ~ /`NF_LOG_\*`/)
        list_macros("LOG LEVELS", "^NF_LOG_", "^$")
    if (comments[name] ~ /`NF_SECRET_UNAVAILABLE`/)
        list_macros("RESULTS", secret_results, "^$")
    example(name)
    section("SEE ALSO")
    put(references(name) "\\fBnativeflow\\fP(3)")
    close(file)
}

# Writes the section with the program in the file that has the page's name, if there is one.
function example(name,    source, line, lines) {
    source = examples "/" name ".c"
    while (examples != "" && (getline line <source) > 0)
        lines = lines line "\n"
    close(source)
    if (lines == "")
        return
    section("EXAMPLES")
    put(".nf")
    put_lines(literal(lines))
    put(".fi")
}

function open(name) {
    current = name
    file = directory "/" name ".3"
    printf ".\\\" Made from nativeflow.h by packaging/man.awk; do not edit.\n" >file
    put(".TH " name " 3 " date " \"nativeflow " version "\" \"nativeflow manual\"")
}

# whatis(1) expects one line without fonts.
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
        put_lines(emphasised(what))
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
            put(".TP\n\\fB" name "\\fP(3)\n" emphasised(summary(name)))
    }
}

function list_macros(title, wanted, unwanted,    i, name) {
    section(title)
    for (i = 1; i <= macro_count; i++) {
        name = macros[i]
        if (name ~ wanted && name !~ unwanted) {
            put(".TP\n\\fB" name "\\fP" escaped(value[name]))
            put_lines(emphasised(comments[name]))
        }
    }
}

function may_fail(name) {
    return declared[name] ~ /^nf_error \*/
}

# Returns the type whose name is the prefix of the function's name.
function type_of(name,    i) {
    for (i = 1; i <= type_count; i++)
        if (index(name, types[i] "_") == 1)
            return types[i]
    return ""
}

# Returns the first sentence, or the text before its colon or semicolon. whatis(1) shows it.
function summary(name,    first) {
    first = comments[name]
    gsub(/\n/, " ", first)
    if (match(first, /[.:;] /))
        first = substr(first, 1, RSTART - 1)
    return tolower(substr(first, 1, 1)) substr(first, 2)
}

# Returns references to other functions on the page, to the types in its prototype, and to the functions that free the
# objects.
function references(name,    i, other, named, list) {
    for (i = 1; i <= type_count + callback_count; i++) {
        other = i <= type_count ? types[i] : callbacks[i - type_count]
        if (other != name && declared[name] ~ ("[^a-z_]" other "[^a-z_]") && (other != "nf_error" || name == "nf_get_token"))
            list = list "\\fB\\%" other "\\fP(3),\n"
    }
    named = comments[name] " " type_of(name) "_free " (may_fail(name) ? "nf_error_free " : "")
    for (i = 1; i <= functions; i++) {
        other = function_name[i]
        if (other != name && named ~ ("[^a-z_]" other "[^a-z_]"))
            list = list "\\fB\\%" other "\\fP(3),\n"
    }
    return list
}

# Formats names of the library and text in backticks in bold, and adds the section to function names.
function emphasised(what,    word, done) {
    what = escaped(what)
    while (match(what, /`[^`]+`|(nf|NF)_[A-Za-z0-9_]*[A-Za-z0-9]/)) {
        word = substr(what, RSTART, RLENGTH)
        done = done substr(what, 1, RSTART - 1)
        what = substr(what, RSTART + RLENGTH)
        gsub(/`/, "", word)
        # Prevents hyphenation.
        if (done ~ /\($/)
            done = substr(done, 1, length(done) - 1) "\\%(\\fB" word "\\fP"
        else
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

# Prints lines of text, which may begin like a roff request.
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
