/* Sizes and offsets of the interface's structs, as the compiler that includes this sees them. */
#include <chatos.h>

#include <stddef.h>

#define CHATOS_TEST_LAYOUT                                                                                             \
    sizeof(struct chatos_text), offsetof(struct chatos_text, data), offsetof(struct chatos_text, size),                \
        sizeof(struct chatos_limits), offsetof(struct chatos_limits, pseudo_bytes_max),                                \
        offsetof(struct chatos_limits, message_bytes_max), sizeof(struct chatos_packet),                               \
        offsetof(struct chatos_packet, opcode), offsetof(struct chatos_packet, error_code),                            \
        offsetof(struct chatos_packet, pseudo), offsetof(struct chatos_packet, message),                               \
        sizeof(struct chatos_decoded), offsetof(struct chatos_decoded, packet),                                        \
        offsetof(struct chatos_decoded, consumed), offsetof(struct chatos_decoded, need),                              \
        offsetof(struct chatos_decoded, violation), offsetof(struct chatos_decoded, field),                            \
        offsetof(struct chatos_decoded, error_offset), sizeof(struct chatos_encoded),                                  \
        offsetof(struct chatos_encoded, size), offsetof(struct chatos_encoded, violation),                             \
        offsetof(struct chatos_encoded, field)
