/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that outside embeds; nobody runs it. */
int main(void)
{
    return 0;
}
