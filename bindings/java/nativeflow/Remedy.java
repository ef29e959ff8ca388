package nativeflow;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of a remedy, with the names of this binding. */
final class Remedy {
    private static final Pattern SETTER = Pattern.compile(
            "nf_(?:(options)_(?:set_|use_)?|(session|client)_)([a-z0-9]+(?:_[a-z]+)*?)(?:_ms)?\\b");

    private Remedy() {}

    /** Reads the remedy of an error. */
    static String of(long error) {
        return withOwnNames(Bridge.C.nf_error_remedy(error));
    }

    /** Replaces functions of C: nf_options_set_timeout_ms is Options.timeout. */
    static String withOwnNames(String remedy) {
        Matcher function = SETTER.matcher(remedy);
        StringBuffer own = new StringBuffer();
        while (function.find()) {
            String type = function.group(1) == null ? function.group(2) : function.group(1);
            StringBuilder name = new StringBuilder(type.substring(0, 1).toUpperCase(Locale.ROOT)).append(type.substring(1)).append('.');
            String[] words = function.group(3).split("_");
            name.append(words[0]);
            for (int next = 1; next < words.length; next++) {
                name.append(words[next].substring(0, 1).toUpperCase(Locale.ROOT)).append(words[next].substring(1));
            }
            function.appendReplacement(own, name.toString());
        }
        return function.appendTail(own).toString();
    }
}
