/* form_undef.h — takes back the row macros of structs after each reading of a .def file. */
#undef STRUCT
#undef FIELD
#undef CHOICE
#undef TEXTS
#undef LIST
#undef OBJECT
#undef END
