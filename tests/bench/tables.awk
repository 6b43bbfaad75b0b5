# tables.awk - the rows of printed tables as JSON: {"where": "...", "rows": [["cell", 1.5], ...]}; a
# cell that is a number is one.
BEGIN {
    gsub(/["\\]/, "", where)
    printf "{\"where\": \"%s\", \"rows\": [", where
}
/^\|/ && !/^\|-/ {
    n = split($0, cell, "|")
    printf "%s\n  [", rows++ ? "," : ""
    for (i = 2; i < n; i++) {
        gsub(/^ +| +$/, "", cell[i])
        gsub(/["\\]/, "", cell[i])
        number = cell[i] ~ /^-?[0-9]+(\.[0-9]+)?$/
        printf((number ? "%s%s" : "%s\"%s\""), i > 2 ? ", " : "", cell[i])
    }
    printf "]"
}
END { print "\n]}" }
