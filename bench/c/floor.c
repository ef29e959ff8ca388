/* Does nothing. Its duration is the cost of starting a program from the harness. */
int main(void)
{
    return 0;
}
