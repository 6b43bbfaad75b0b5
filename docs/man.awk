# scdoc 1.11 puts a paragraph macro before and after every heading and at the end of every
# indented block; mandoc calls those empty. Drops them there; after a block the blank line stays.
$0 == ".P" { held = !heading; next }
/^\.RE/ { print; next }
{
    if (held && !/^\.S[HS]/)
        print ".P"
    held = 0
    heading = /^\.(SH|SS|TH)/
    print
}
