# cmake -DOUT=FILE -DSVGS=a.svg;b.svg -P embed.cmake: the layouts as one C array.
set(arrays "")
set(table "")
foreach(svg ${SVGS})
  get_filename_component(name ${svg} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} id)
  file(READ ${svg} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR bytes "${digits} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" escaped "${hex}")
  string(REGEX REPLACE "(................................................................)"
         "\\1\"\n    \"" escaped "${escaped}")
  string(APPEND arrays "static const char svg_${id}[] =\n    \"${escaped}\";\n")
  string(APPEND table "    {\"${name}\", svg_${id}, ${bytes}},\n")
endforeach()
file(WRITE ${OUT} "#include \"labels/layouts/embedded.h\"\n\n${arrays}\n"
     "const struct layout_embedded layouts_embedded[] = {\n${table}    {0}};\n")
