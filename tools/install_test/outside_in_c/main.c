/* The same program in C. */
#include <chatos.h>

#include <stdio.h>

static void print(const struct chatos_text *text) {
    char shown[64];
    chatos_escape(text->data, text->size, shown, sizeof shown);
    fputs(shown, stdout);
}

int main(void) {
    unsigned char buffer[64];
    struct chatos_encoded sent;
    struct chatos_decoded found;
    const struct chatos_packet packet = {.opcode = CHATOS_SPM, .pseudo = {"bob", 3}, .message = {"hi", 2}};
    if (chatos_encode(&packet, buffer, sizeof buffer, NULL, &sent) != CHATOS_WRITTEN ||
        chatos_decode(buffer, sent.size, NULL, &found) != CHATOS_COMPLETE) {
        return 1;
    }
    print(&found.packet.pseudo);
    fputs(" says ", stdout);
    print(&found.packet.message);
    printf("\n%zu bytes and back\n", found.consumed);
    return 0;
}
