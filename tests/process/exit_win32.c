/* SPDX-License-Identifier: MIT
 *
 * Ends while exit_library_win32's locks are held and waited for.
 */
#include <windows.h>

__declspec(dllimport) void hold_and_be_waited_for(void);

int main(void)
{
    hold_and_be_waited_for();
    return 0;
}
