/* api_undef.h — takes back the row macros after each reading of an api.def. */
#undef STRUCT
#undef FIELD
#undef CHOICE
#undef LIST
#undef OBJECT
#undef END
#undef ROUTE
#undef ERR
#undef PERM
#undef EVENT
#undef SETTING
