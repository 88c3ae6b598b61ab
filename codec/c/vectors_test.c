/* The C interface from C: all test vectors, and what they do not reach. Prints what is wrong; exit 1 then. */
#include <chatos.h>

#include <stdio.h>
#include <string.h>

struct vector {
    const char *name;
    const unsigned char *bytes;
    size_t size;
    uint32_t pseudo_bytes_max;
    uint32_t message_bytes_max;
    int status;
    size_t consumed;
    size_t need;
    size_t offset;
    const char *violation;
    const char *rule;
    const char *field;
    const char *packet;
    unsigned code;
    const unsigned char *pseudo;
    size_t pseudo_size;
    const unsigned char *message;
    size_t message_size;
};

#include "vector_table.inc"

static unsigned long failures = 0;
static unsigned long checks = 0;

static void check(int holds, const char *name, const char *what) {
    ++checks;
    if (!holds) {
        ++failures;
        fprintf(stderr, "%s: %s\n", name, what);
    }
}

#define CHECK(condition) check((condition) != 0, __func__, #condition)

static int is_text(const struct chatos_text *text, const unsigned char *data, size_t size) {
    return text->size == size && (size == 0 || memcmp(text->data, data, size) == 0);
}

static void check_encoding(const struct vector *one, const struct chatos_limits *limits,
                           const struct chatos_packet *packet) {
    static unsigned char output[70000];
    struct chatos_encoded written;
    check(chatos_encode(packet, output, sizeof output, limits, &written) == CHATOS_WRITTEN, one->name, "encodes");
    check(written.size == one->consumed && memcmp(output, one->bytes, one->consumed) == 0, one->name, "round trip");
    check(chatos_encoded_size(packet) == one->consumed, one->name, "encoded size");
    check(chatos_packet_bytes_max(limits) >= one->consumed, one->name, "largest packet");
    check(chatos_encode(packet, output, one->consumed - 1, limits, &written) == CHATOS_BUFFER_TOO_SMALL &&
              written.size == one->consumed,
          one->name, "a buffer one byte short");
}

static void check_vector(const struct vector *one) {
    const struct chatos_limits limits = {one->pseudo_bytes_max, one->message_bytes_max};
    struct chatos_decoded found;
    memset(&found, 0x55, sizeof found);
    const int status = chatos_decode(one->size == 0 ? NULL : one->bytes, one->size, &limits, &found);
    check(status == one->status, one->name, "status");
    check(found.consumed == one->consumed && found.need == one->need, one->name, "consumed and need");
    check(found.error_offset == one->offset, one->name, "offset");
    check(strcmp(chatos_violation_name(found.violation), one->violation) == 0, one->name, "violation");
    check(strcmp(chatos_violation_rule(found.violation), one->rule) == 0, one->name, "rule");
    check(strcmp(chatos_field_name(found.field), one->field) == 0, one->name, "field");
    if (status != CHATOS_COMPLETE || one->status != CHATOS_COMPLETE) {
        return;
    }
    check(strcmp(chatos_packet_name(found.packet.opcode), one->packet) == 0, one->name, "packet");
    check(found.packet.error_code == one->code, one->name, "code");
    check(is_text(&found.packet.pseudo, one->pseudo, one->pseudo_size), one->name, "pseudo");
    check(is_text(&found.packet.message, one->message, one->message_size), one->name, "message");
    check_encoding(one, &limits, &found.packet);
}

static void names_that_are_not_there_are_null(void) {
    CHECK(chatos_packet_name(0) == NULL && chatos_packet_name(7) == NULL && chatos_packet_name(257) == NULL);
    CHECK(chatos_packet_title(CHATOS_PC) != NULL && chatos_packet_title(7) == NULL);
    CHECK(chatos_error_code_name(3) == NULL && chatos_error_code_name(6) == NULL && chatos_error_code_name(256) == NULL);
    CHECK(strcmp(chatos_error_code_name(CHATOS_CODE_UNREACHABLE), "UNREACHABLE") == 0);
    CHECK(chatos_violation_name(-1) == NULL && chatos_violation_name(7) == NULL && chatos_violation_rule(7) == NULL);
    CHECK(chatos_violation_text(CHATOS_EMPTY_PSEUDO) != NULL && chatos_violation_text(99) == NULL);
    CHECK(chatos_field_name(-1) == NULL && chatos_field_name(6) == NULL);
}

static void directions_are_those_of_the_rules(void) {
    CHECK(chatos_client_may_send(CHATOS_CR) == 1 && chatos_server_may_send(CHATOS_CR) == 0);
    CHECK(chatos_client_may_send(CHATOS_SPM) == 1 && chatos_server_may_send(CHATOS_SPM) == 1);
    CHECK(chatos_server_may_send(CHATOS_SMA) == 0 && chatos_client_may_send(0) == 0 && chatos_server_may_send(300) == 0);
}

static void no_limits_are_the_default_ones(void) {
    const struct chatos_limits limits = chatos_default_limits();
    CHECK(limits.pseudo_bytes_max == 255 && limits.message_bytes_max == 65536);
    CHECK(chatos_packet_bytes_max(NULL) == chatos_packet_bytes_max(&limits));
    CHECK(chatos_smallest_legal_limits().pseudo_bytes_max == 32);
    CHECK(chatos_smallest_legal_limits().message_bytes_max == 1024);
    struct chatos_decoded found;
    CHECK(chatos_decode("\x01\x01\x00", 3, NULL, &found) == CHATOS_MALFORMED);
    CHECK(found.violation == CHATOS_SIZE_OVER_LIMIT && found.field == CHATOS_FIELD_PSEUDO_SIZE && found.error_offset == 1);
    CHECK(chatos_decode(NULL, 0, NULL, &found) == CHATOS_INCOMPLETE && found.need == 1);
}

static void what_would_be_malformed_is_not_written(void) {
    unsigned char output[16] = {0};
    struct chatos_encoded result;
    struct chatos_packet packet = {.opcode = CHATOS_CR};
    CHECK(chatos_encode(&packet, output, sizeof output, NULL, &result) == CHATOS_REFUSED);
    CHECK(result.violation == CHATOS_EMPTY_PSEUDO && result.size == 0);
    packet.opcode = 9;
    CHECK(chatos_encode(&packet, output, sizeof output, NULL, &result) == CHATOS_REFUSED);
    CHECK(result.violation == CHATOS_UNKNOWN_OPCODE && chatos_encoded_size(&packet) == 1);
    packet.opcode = CHATOS_ERROR;
    packet.error_code = 3;
    CHECK(chatos_encode(&packet, output, sizeof output, NULL, &result) == CHATOS_REFUSED);
    CHECK(result.violation == CHATOS_UNASSIGNED_ERROR_CODE && result.field == CHATOS_FIELD_ERROR_CODE);
    packet.error_code = CHATOS_CODE_REFUSED;
    CHECK(chatos_encode(&packet, NULL, 0, NULL, &result) == CHATOS_BUFFER_TOO_SMALL && result.size == 2);
    CHECK(output[0] == 0);
}

static void utf8_is_judged(void) {
    CHECK(chatos_find_ill_formed_utf8(NULL, 0) == CHATOS_UTF8_WELL_FORMED);
    CHECK(chatos_find_ill_formed_utf8("h\xc3\xa9", 3) == CHATOS_UTF8_WELL_FORMED);
    CHECK(chatos_find_ill_formed_utf8("h\xc3", 2) == 1);
}

/* What fits, whole, at every size of the output. */
static void escaping_cuts_between_characters(void) {
    static const char text[] = "ab\x1b\"\xe2\x82\xac\xff";
    static const char whole[] = "ab\\x1b\\\"\xe2\x82\xac\\xff";
    static const size_t fit[] = {0, 1, 2, 2, 2, 2, 6, 6, 8, 8, 8, 11, 11, 11, 11, 15};
    char output[32];
    for (size_t room = 0; room <= sizeof fit / sizeof *fit; ++room) {
        memset(output, '#', sizeof output);
        CHECK(chatos_escape(text, sizeof text - 1, output, room) == sizeof whole - 1);
        if (room != 0) {
            CHECK(strlen(output) == fit[room - 1] && memcmp(output, whole, fit[room - 1]) == 0);
        }
        CHECK(output[room] == '#');
    }
    CHECK(chatos_escape(NULL, 0, output, sizeof output) == 0 && output[0] == '\0');
    CHECK(chatos_escape("\0", 1, NULL, 0) == 4);
}

int main(void) {
    for (size_t number = 0; number < sizeof vectors / sizeof *vectors; ++number) {
        check_vector(&vectors[number]);
    }
    names_that_are_not_there_are_null();
    directions_are_those_of_the_rules();
    no_limits_are_the_default_ones();
    what_would_be_malformed_is_not_written();
    utf8_is_judged();
    escaping_cuts_between_characters();
    printf("version %s: %zu vectors, %lu checks, %lu failures\n", chatos_version(), sizeof vectors / sizeof *vectors, checks,
           failures);
    return failures == 0 ? 0 : 1;
}
