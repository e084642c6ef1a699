/* banned.c — calls that are banned. */
void banned_calls(char *to, const char *from)
{
    sprintf(to, "%s", from);
    strcpy(to, from);
    strcat(to, from);
    (void)atoi(from);
    (void)strtok(to, ",");
    (void)system(from);
    (void)time(NULL);
}
