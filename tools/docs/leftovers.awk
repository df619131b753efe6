# SPDX-License-Identifier: MIT
#
# Reads HTML pages and prints what a reader sees there of Markdown that was not understood: a
# backtick, or two asterisks, outside of code.
#
#   awk -f leftovers.awk html/*.html

FNR == 1 { fragment = 0 }
/<div class="fragment"|<pre class="fragment"/ { fragment = 1 }

!fragment {
    text = $0
    gsub(/<code>([^<]|<[^\/]|<\/[^c])*<\/code>/, "", text)
    gsub(/<[^>]*>/, "", text)
    if (text ~ /`|\*\*/) {
        print FILENAME ":" FNR ": " text
        found = 1
    }
}

/<!-- fragment -->|<\/pre>/ { fragment = 0 }
END { exit found }
