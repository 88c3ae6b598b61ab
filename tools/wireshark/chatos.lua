-- ChatOS 1.0 for Wireshark and tshark (tested with 4.0, which has Lua 5.2). README.md says how to install
-- and use it. The layout of the packets, the names of what can be wrong and the way text is escaped are those of the
-- codec; wireshark_test.py compares them message by message.

local chatos = Proto("chatos", "ChatOS 1.0")

-- What follows an opcode, and which side may send it (figures 1 to 6).
local packets = {
    [1] = {name = "CR", title = "connection request", parts = {"pseudo"}, c2s = true},
    [2] = {name = "RPM", title = "request personal message", parts = {"pseudo"}, c2s = true},
    [3] = {name = "SPM", title = "send personal message", parts = {"pseudo", "message"}, c2s = true, s2c = true},
    [4] = {name = "SMA", title = "send message to all", parts = {"message"}, c2s = true},
    [5] = {name = "PC", title = "private TCP connection", parts = {"pseudo"}, c2s = true, s2c = true},
    [6] = {name = "ERROR", title = "error code", parts = {"code"}, c2s = true, s2c = true},
}
local size_bytes_of = {pseudo = 2, message = 4}
local code_names = {[0] = "OK", [1] = "PSEUDO_TAKEN", [2] = "OUT_OF_CAPACITY", [4] = "UNREACHABLE", [5] = "REFUSED"}
local violations = {
    unknown_opcode = {rule = "WIRE-1", text = "no packet has this opcode; 1 to 6 are assigned"},
    negative_size = {rule = "WIRE-11", text = "the size has its top bit set, and sizes are signed"},
    size_over_limit = {rule = "WIRE-14", text = "the size is over the limit"},
    empty_pseudo = {rule = "WIRE-9", text = "a pseudo has at least one byte"},
    ill_formed_utf8 = {rule = "WIRE-8", text = "the bytes are not well-formed UTF-8"},
    unassigned_error_code = {rule = "WIRE-12", text = "this error code is not assigned; 0, 1, 2, 4 and 5 are"},
}

-- Fields, expert information, preferences ---------------------------------------------------------------------------

local opcode_names = {}
for opcode, row in pairs(packets) do
    opcode_names[opcode] = row.name
end

local f = {
    opcode = ProtoField.uint8("chatos.opcode", "Opcode", base.DEC, opcode_names),
    packet = ProtoField.string("chatos.packet", "Packet", base.UNICODE, "CR, RPM, SPM, SMA, PC or ERROR"),
    direction = ProtoField.string("chatos.direction", "Direction", base.UNICODE, "c2s: a client sent it; s2c: the server"),
    length = ProtoField.uint32("chatos.length", "Length", base.DEC, nil, nil, "Bytes of the whole packet"),
    pseudo_size = ProtoField.uint16("chatos.pseudo_size", "Pseudo size", base.DEC),
    pseudo = ProtoField.string("chatos.pseudo", "Pseudo", base.UNICODE, "With control characters escaped"),
    pseudo_bytes = ProtoField.bytes("chatos.pseudo_bytes", "Pseudo, exact bytes"),
    message_size = ProtoField.uint32("chatos.message_size", "Message size", base.DEC),
    message = ProtoField.string("chatos.message", "Message", base.UNICODE, "With control characters escaped"),
    message_bytes = ProtoField.bytes("chatos.message_bytes", "Message, exact bytes"),
    code = ProtoField.uint8("chatos.code", "Code", base.DEC, code_names),
    code_name = ProtoField.string("chatos.code_name", "Code name"),
    violation = ProtoField.string("chatos.violation", "Violation", base.UNICODE, "Why the bytes are no packet"),
    violation_field = ProtoField.string("chatos.violation_field", "Violation in field"),
    rule = ProtoField.string("chatos.rule", "Rule"),
    undecoded = ProtoField.bytes("chatos.undecoded", "Undecoded"),
    incomplete = ProtoField.bytes("chatos.incomplete", "Incomplete packet"),
}
chatos.fields = f

local malformed = {}
local experts = {
    wrong_direction = ProtoExpert.new("chatos.wrong_direction", "This packet never goes in this direction",
                                      expert.group.PROTOCOL, expert.severity.WARN),
    after_malformed = ProtoExpert.new("chatos.after_malformed", "Framing is lost: a malformed packet came before",
                                      expert.group.UNDECODED, expert.severity.NOTE),
    incomplete = ProtoExpert.new("chatos.cut", "The remainder of this packet is unavailable",
                                 expert.group.UNDECODED, expert.severity.WARN),
    unframed = ProtoExpert.new("chatos.unframed", "Bytes before these were not captured, and no packet begins here",
                               expert.group.UNDECODED, expert.severity.NOTE),
    resync = ProtoExpert.new("chatos.resync", "Decoding continues at a guessed boundary",
                             expert.group.ASSUMPTION, expert.severity.NOTE),
}
for name, what in pairs(violations) do
    malformed[name] = ProtoExpert.new("chatos.malformed." .. name, what.text, expert.group.MALFORMED,
                                      expert.severity.ERROR)
end
local all_experts = {}
for _, one in pairs(experts) do
    table.insert(all_experts, one)
end
for _, one in pairs(malformed) do
    table.insert(all_experts, one)
end
chatos.experts = all_experts

chatos.prefs.ports = Pref.range("Server's TCP port(s)", "7777", "Ports of servers; they also tell who the client is", 65535)
chatos.prefs.pseudo_bytes_max = Pref.uint("Largest pseudo (bytes)", 255, "Longer pseudos are malformed (WIRE-14)")
chatos.prefs.message_bytes_max = Pref.uint("Largest message (bytes)", 65536, "Longer messages are malformed (WIRE-14)")
chatos.prefs.info_text_max = Pref.uint("Text shown in the Info column (bytes)", 80,
                                       "Of each pseudo and message; the rest is in the packet's details")
chatos.prefs.recognise = Pref.bool("Recognise ChatOS on other ports", false,
                                   "Connections whose first bytes are exactly one connection request")

-- What other dissectors found out about the frame.
local tcp_stream = Field.new("tcp.stream")
local tcp_completeness = Field.new("tcp.completeness")
local tcp_lost_segment = Field.new("tcp.analysis.lost_segment")

-- Text --------------------------------------------------------------------------------------------------------------

-- Bytes of a sequence that begins with `lead`, and what its second byte may be (Unicode 15, table 3-7).
local function utf8_sequence(lead)
    if lead >= 0xC2 and lead <= 0xDF then return 2, 0x80, 0xBF end
    if lead == 0xE0 then return 3, 0xA0, 0xBF end
    if lead == 0xED then return 3, 0x80, 0x9F end
    if lead >= 0xE1 and lead <= 0xEF then return 3, 0x80, 0xBF end
    if lead == 0xF0 then return 4, 0x90, 0xBF end
    if lead >= 0xF1 and lead <= 0xF3 then return 4, 0x80, 0xBF end
    if lead == 0xF4 then return 4, 0x80, 0x8F end
    return nil
end

-- Length of the well-formed sequence at `at`, whose lead is no ASCII; nil where there is none.
local function well_formed_length(text, at)
    local length, low, high = utf8_sequence(text:byte(at))
    local second = text:byte(at + 1)
    if not length or not second or second < low or second > high then return nil end
    for position = at + 2, at + length - 1 do
        local byte = text:byte(position)
        if not byte or byte < 0x80 or byte > 0xBF then return nil end
    end
    return length
end

-- Position (from 1) of the first ill-formed sequence, or nil (WIRE-8).
local function find_ill_formed(text)
    local at = text:find("[\128-\255]")
    while at do
        local length = well_formed_length(text, at)
        if not length then return at end
        at = text:find("[\128-\255]", at + length)
    end
    return nil
end

-- Text as it is safe to show: what hides, reorders or breaks text is escaped, as in the codec's display.cpp.
-- Written by codec/unicode/make_display_classes.py; change that, not this.
local display_ranges = [[
H80+20 E8 H3 E0 M251+4e H0 M0+1f H8+1 H6+3 H7 H1 H14 Me0+6 Ha6 H26+1 H32+1 H3 M0+2c M1 M1+1 M1+1 M1 H0+7 H1b+3 H6+a
M10+a H1 D3 R1+3 D0 R0 D0 R0 D0+4 R0+3 D0+14 R0 D0+1 M0+14 De+1 M0 R0+2 R1+2 D0+f R0+11 D0+25 R0 D0+1 R0+8 D0 R0 D0 R0
D0+1 R0+1 R1 M0+6 M2+5 M2+1 M1+3 R0+1 Da+2 D2 He R1 M0 D0+2 R0+4 D0+3 R0 D0+8 R0 D0 R0 D0 R0 D0+1 R0 M0+1a H0+1 R0 D0+a
R0+2 D0+e R0+1 D0+3 R0 D0 R0+1 D0+2 R0+1 D0+5 M26+a H1+d Da+20 M0+8 D6 H0+1 M0 M18+3 M1+8 M1+2 M1+4 H0+1 Hf R0 D0+4 R0+1
D0 R0 D0+9 R0 D0 R0+2 M0+2 H0+1 H1 D0 D1+3 R1 D0 R0+1 H0+4 R0+12 D0+3 D2+4 R0 H0 H2+5 M0+7 D0+9 R0+2 R1 D0+1 R0+1 D0+5
R0 D0+e M1+17 M1+1f S0 M36 S0 M0 S1+2 M0+7 S0+3 V0 S0+1 M1+6 Ma+1 M1d S0+1 H0 H8+1 H2+1 H16 H7 H1+2 H4+1 M0 S1+2 M0+3
H0+1 S0+1 H0+1 S0+1 V0 H1+7 S0 H0+3 H2 M3+1 H0+1 M18 H0+1 M0+1 S0 H0 H6+3 H2+1 H16 H7 H2 H2 H2+1 M0 H0 S0+2 M0+1 H0+3
M0+1 H0+1 M0+1 V0 H0+2 M0 H0+6 H4 H1+6 Ma+1 M3 H1+9 M0+1 S0 H0 H9 H3 H16 H7 H2 H5+1 M0 S1+2 M0+4 H0 M0+1 S0 H0 S0+1 V0
H0+1 H1+e M2+1 H0+1 Hc+6 M1+5 H0 M0 S0+1 H0 H8+1 H2+1 H16 H7 H2 H5+1 M0 S1 M0 S0 M0+3 H0+1 S0+1 H0+1 S0+1 V0 H0+6 M0+1
S0 H0+3 H2 M3+1 H0+1 H12+9 M0 H1 H6+2 H3 H4+2 H2 H1 H2+2 H2+2 H3+2 Hc+3 S0+1 M0 S0+1 H0+2 S0+2 H0 S0+2 V0 H0+1 H1+5 S0
H0+d H15+4 M0 S0+2 M0 H8 H3 H17 H10+1 M0 M1+2 S0+3 H0 M0+2 H0 M0+2 V0 H0+6 M0+1 H0 H3+1 H1+1 M2+1 H0+1 Ha+6 Ma S0+1 H9
H3 H17 Ha H5+1 M0 S1 M0 S0+4 H0 M0 S0+1 H0 S0+1 M0 V0 H0+6 S0+1 H0+5 H2 M2+1 H0+1 Ha S2 H0+b M0+1 S0+1 H9 H3 V29+1 S1+2
M0+3 H0 S0+2 H0 S0+2 V0 H2+3 S3 Ma+1 H0+1 H1a M0 S0+1 H0 H12+2 H18 H9 H1+1 H7+2 V0 H0+3 S0+2 M0+2 H0 M0 H0 S0+7 H0+5
Ha+1 S0+1 H1+b M30 M2+5 V0 H0+3 M8+7 Hd+24 H2 H1 H5 H18 H1 Ma M2+5 V0 M0+1 H1+1 H5 H1 M0+6 H0 Ha+1 H4+1f M18+1 M1b M1 M1
S4+1 H8 H24+3 M0+d S0 M0+3 V0 M1+1 M5+a H0 M0+23 H0 M8 H6 Hd+24 A0 A1 A1 Ab+1 A3 A3+1 A1+1 A4 S8+1 M0+3 S0 M0+5 S0 V0+1
S0+1 M0+1 S17+1 M0+1 M4+2 S1+2 S2+6 M3+3 A0 A2 A1 A5 M1 S0+1 M0+1 S0+5 M0 S1 Sa+2 M0 H28 H1+4 H1+1 H8f+1 He8 H4+1 H7 H1
H4+1 H29 H4+1 H21 H4+1 H7 H1 H4+1 Hf H39 H4+1 H43+1 M0+2 H1d+2 H1a+5 H56+1 H6+1 H280 H1c+2 H59+6 M12+1 V0+1 H0+8 M13+1
V0 H2+8 M12+1 H0+b Hd H3 M0+1 H0+b H34+1 S0 M0+6 S0+7 M0 S0+1 M0+8 V0 M0 M9 H0+1 Ha+5 Ha+5 D7 D2 H0+4 Ha+5 D0+58 H0+6
M5+1 D0+21 M0 D0 H0+4 H46+9 H1f M0+2 S0+3 M0+1 S0+2 H0+3 S0+1 M0 S0+5 M0+2 H0+3 H1+2 H2a+1 H5+a H2c+3 H1a+5 Hb+2 M39+1
S0+1 M0 H0+1 S37 M0 S0 M0+6 H0 V0 S0 M0 S0+1 M0+7 S0+5 M0+9 H0+1 M0 Ha+5 Ha+5 He+1 M0+1e H0+30 M0+3 S0 M2f S0 M0+4 S0 M0
S0+4 M0 S0 V0 H8+2 M1b+8 Hb M0+1 S0 S1e M0+3 S0+1 M0+1 V0+1 M0+1 M38 S0 M0+1 S0+2 M0 S0 M0+2 V0+1 H0+7 S28+7 M0+7 S0+1
M0+1 H0+2 Hf+2 H3c+6 H2b+1 Hb+7 M0+2 M1+c S0 M0+6 M4 M6 S2 M0+1 H1+4 Mc0+3f H116+1 H6+1 H26+1 H6+1 H8 H1 H1 H1 H1f+1 H35
Hf He+1 H6 H13+1 H3 H9+10 H18+7 Ec Ec H15+10 H2+1 H1b Hd+2 H21+e M0+20 H0+e Ab A4 A1 A8 E6 A9 A3+1 A1 E5 H52+3 E4+5 Ef+1
A5a A23+1 A3d+1 A8+1 A16+1 A7+2 A1 A4 A3d+1 E3e+1 Ec Ea6 E19+1 P0+1 E0+2 P0 E0+2 E4+2 H2c+18 Hb+14 E62 Ee7+1 Ea E9 E3a+3
E1+4 E9 E2 E2+1 E2 E4 E2 E1+1 E2 E3 E3+1 E8+2 E5 E1 E5+b Eb+1 E2 E1+1 E1 E12 E2+1 E12+5 E1 E1+1 E3+1 E5 E2+1 E4+1 Eb+1
E5+1 E2 P5 E0 E1 E1+1 E14+1 E5+5 E1+3 E2 E4 P2 E2+1 P0+1 E0+1 E1 E2 E1 E1 E6 E3 P6 Ea+1 Ef E2 P4 P1 E4 P0+1 E1 Eb+1
P30+2 E9 Pe Pe H40 E133+1 A106+1 A5f+1 Ad+1 A1d+1 E38+2 E13+1 E33 E4 H1e+1 H20 M158+2 H2+4 H2d H1+4 H1+1 H38+6 H2+d V0
H17+8 H7 H7 H7 H7 H7 H7 H7 H7 M0+1f H5e+21 H1a H59+b Hd6+19 Hc+4 A0+1 M27+3 S0+1 E0 Ec H2 H56+1 M0+1 H65+4 H2b H33 H2a
H54+b H2f E77 E1 I166+19bf I40+51ff H48d+2 H37+8 H15c+13 M2f+3 M1+9 M20+1 M50+1 H6+7 Hcb+4 H2 H1 H5+17 M10 V3 M4 S17+1
M0+1 S0 V4 H0+2 Ha+5 D0+32 H5+7 S0+1 S32+f V0 M0 H0+7 Hc+5 M0+11 Md M26+7 M19+a S0 V0 H0+a H1e+2 M0+2 S0 M2f S0+1 M0+3
S0+1 M0+1 S0+1 V0 Hd Hb+3 M7 H19 M29+5 S0+1 M0+1 S0+1 M0+1 H0+8 M3 M8 S0 H0+1 Ha+1 A4+6 A4+1 A2 Aa S0 M0 S0 M32 M1+2
M2+1 M5+1 M1 H1+17 S10 M0+1 S0+1 S5 V0 H0+9 H6+1 H6+1 H6+8 H7 H7 H3c+3 S73+1 M0 S0+1 M0 S0+1 S1 V0 H0+1 Ha+5 H2ba4+b
H17+3 H31+2103 I10e+1 I1 I1+1 Ia I1 I1+1 I2+2 H44+1 H6a+25 H7+b H5+4 M1 H18 H5 H1 H2 H2 H7d+f H1bd+1 H36+6 H1+1f H10+f
Ha+5 M0+f H23 H13 H4+3 H5 H87+3 A0 Aa A1 A1 A9+1 A3 H80 H1e+2 H6+1 H6+1 H6+1 H3+2 H7 H7+d H1+1 Hc H1a H13 H2 Hf+1 He+21
H7b+4 H3+3 H2d+2 H58 Hd+2 H1+2e M2d H0+81 H1d+2 H31+e M0 H1b+3 H24+8 H1e+4 M26+4 H0+4 H1e H25+3 He+29 H9e+1 Ha+5 H24+3
H24+3 H28+7 H34+a Hc Hf H7 H2 Hb Hf H7 H2+42 H137+8 H16+9 H8+17 H6 H2a H9+44 H6+1 H1 H2c H2+2 H1+1 H17 H48+7 H9+2f H13
H2+4 H21+2 H1b+4 H1+3f H38+3 H14+1 M2f+2 H0 M0+1 H0+4 M0+3 H4 H3 H1d+1 M0+2 H0+3 V0 H9+6 H9+6 H40+1f D0+4 R0 A0 R0 R1+1
D2 R0+4 D0+9 R0 D0+2 R0 R2 M0+1 H0+3 D0+3 R0 H7+8 H36+2 H1d+1 H1b+4 D8 R0 D0 R0+2 D0+2 R0 D0+1 R0 D0 R0+1 D0 R0 H0+6
H4+b R0+3 D0+1 H1+4f H49+36 H33+c H33+6 D6+21 R0 D0 M0+3 H0+7 Ha+125 H1f H2a M0+1 H1+1 H2+4a M0+2 H28+7 D0+2 R0 D0+10
M1+a D0+2 R0 H5+15 D0+3 R0+1 D0+b M0+3 H4+25 D0 D1+1 R0+2 D1 R0+1 D0+1 R0 D0+1 D1 R0+1 D0 R4 D0+1 H0+13 H17+8 S0 M0 S0
M35+d V0 H7+3 V1e M2+1 H1+8 V0 M0+1 S0 S2d+2 M0+3 S0+1 V0 M0 M7 H0+9 H1+1 H19+6 Ha+5 M0+2 M24+4 S0 M0+5 V0+1 H0 Sf+1
H1+7 M23 H3+8 M0+1 S0 S30+2 M0+8 S0 V0 M8+3 S1 M0 H10 H14+a H12 S19+2 M0+2 S0+1 M0 V0 M0+1 M6 M2 H0+3d H7 H1 H4 Hf Hb+5
M2f S0+2 M0+6 V0 H0+4 Ha+5 M0+1 S0+1 H0 H8+1 H2+1 H16 H7 H2 H5 M0+1 S1+1 M0 S0+3 H0+1 S0+1 H0+1 S0+1 V0 H0+1 H1+5 S0
H0+4 S5+1 H0+1 M0+6 H0+2 M0+4 H0+8a S35+2 M0+7 S0+1 V0 M0+1 S0 M0 H15 M1 H3+1d S30+2 M0+5 S0 M0 S0+3 M0+1 S0 V0 M0 H4+7
Ha+a5 S2f+2 M0+3 H0+1 S0+3 M0+1 S0 V0 M0 M1b+1 H0+21 S30+2 M0+7 S0+1 M0 S0 V0 M0 H4+a Ha+5 Hd+12 M2b S0 M0 S0+1 M0+5 V0
M0 H2+5 Ha+35 H1b+1 M0+2 S0+1 M0+3 S0 M0+3 V0 H0+3 H17+b8 S2c+2 M0+8 S0 V0 M0 H1+63 H53+b H8+1 H1+1 H8 H2 S18+5 H0 S0+1
H0+1 M0+1 V0+1 S1 S1 M0 H3+8 Ha+45 H8+1 S27+2 M0+3 H0+1 M0+1 S0+3 V0 S3 H0+1a M1+9 M28 V0 M0+3 S0 M1+3 V8 H0+7 M1+5 S0+1
M0+2 M2e+c S0 M0 V0 H9+c H49+6 Ha+f5 H9 S25 M0+6 H0 M0+5 S0 V0 H6+9 H1d+2 H20+1 M0+15 H0 S0 M0+6 S0 M0+1 S0 M0+1 H0+48
H7 H2 M26+5 H0+2 M0 H0 M0+1 H0 M0+4 V0+1 M1 H0+7 Ha+5 H6 H2 S20+4 H0 M0+1 H0 S0+1 M0 S0 V0 H1+6 Ha+135 M13+1 S0+1 H2+6
M0+1 S1 Hd S22+1 M0+4 H0+2 S0+1 M0 V0+1 H17+55 H1+e H32+c H39b+65 H6f H5+a Hc4+a4b H63+c A91+2 A15 A65 Ac A4 A5 A11 A4d
A18 A10 A6+1 A11 A22 A9+2 A5c A27 A5 A6 A17 A5 A20 A10 Aa A1f+1 A9+2 A6 A5+1 Ae A9+1 A3a+1 A20+1 A38 A1e A2+1 Ac A12
A2+1 A8 Hc+f M0 A2+3 M0+e H0+fa9 H247+21b8 H239+6 H1f Ha+3 H51 Ha+5 H1e+1 M0+4 H1+9 M30+6 Hf+9 Ha H7 H15+4 H13+2af
H5b+64 H4b+3 M0 S1+36 H0+6 M0+3 Hd+3f H4+b S0+1 H0+d H17f8+7 H4d6+29 H9+22e6 H4 H7 H2 H123+e H1+1c H3+1 H1+d H4+7
H18c+903 H6b+4 Hd+2 H9+6 Ha+1 M1+1 H1+125f M0+2d H0+1 M0+16 H0+8 H74+3b Hf6+9 H27+1 H30 Sb+1 M0+2 S3+5 H0+7 M0+7 M2+6
M1e+3 H3d+14 M42+2 H1+79 H14+b H14+b H57+8 H19+86 H55 A46 H0 A0+1 H0+1 A0 H0+1 A0+1 H0+1 A0+3 H0 A0+7 H4 H1 H7 H41 H4+1
H8 H7 H1c H4 H5 H1+2 H7 H154+1 H124+1 M232+36 M4+31 M8 Me H7+e M0+4 H0 M0+e H0+44f H1f+5 H6+d4 M0+6 H0 M0+10 H0+1 M0+6
H0 M0+1 H0 M0+4 H0+4 H3e+20 M0 H0+6f H2d+2 M0+6 H7+1 Ha+3 H2+13f M1e H0+10 M2c+3 Ha+4 H1+1cf M1c+3 Ha+2e5 H7 H4 H2 Hf
Hc5+1 M9+6 H0+28 D0+43 M0+6 H1+3 Ha+3 H2+310 H44+4b H3d+c1 H4 H1b H2 H1+1 H1 Ha H4 H1 H1+5 H1+3 H1 H1 H1 H3 H2 H1+1 H1
H1 H1 H1 H1 H2 H1+1 H4 H7 H4 H4 H1 Ha H11+4 H3 H5 H11+33 H2+10d E4 H27+3 H64+b Hf+1 Hf Pe H0 H25+9 E70+1 Ec+1 Pe P2+9
H13+37 P1b E0 H0+c Ea E14 P2+4 E0 P0+2 H1+3 H9+6 P0+1 H0+d H6+99 P0+c E0+2 P0+4 E0 P0+5 E0 P0+3 E0 E2+8 P0+8 E0 P0+40 E0
P0+3 E0 P0+14 E0 E2+1 E1+2 E2+1 P0+6 E0 P0+3 E0+2 P0+12 E0 P0 E0 P0 E0 P0+2 E0+4 P0+4 E0+c P0+b E0 P0+2 E2 P0 E0 E1 P0+2
P5+7 E0 P0+b E0 P0+8 E0 P0+5 E0 P0+17 E0 P0 E0+1 P0+2 E0+3 P0+2 E0+1 P0+3 E0 P0+15 E0 P0+11 E0 P0+24 E0 P0+b E0 P0+1 E0
P0+6 E0 P0+2 E0 P0+a E0 P0+d E0 P0+3 E0 P0+3 E0+2 P0+2 E0+3 P0+8 E0 P0 E0+2 P0 E0 P1+8 E0 P0+3 E0 P0+3 E0+1 P0+29 Eb+1
P0+3 E1+17 E7+1 E2+6 P0 Ec E2+3 E2 P4+1 Pd E0 E2 E8+1 E9 E5+2 Ec+2 E8+2 E2 E1 E4 E6 E3 E6 P0+14 E0 P0+3e P30+6 E0 P0+4
E0 P0+2 E0 P0+1 E0 P0+2 E0 P0+13 E0 P0+3 E0 P0+5 E0+1 P0 E0 P0+8 E5 P0 E0+2 P0+2 P2+2 H0+3 P0+3 E0+5 E3 P1+1 H0+2 E0 E2
P0+8 H0+2 H77+3 H5f+5 P0+b H0+3 P0 H0+e Hc+3 H38+7 Ha+5 H28+7 H1e+1 H2+4d Pc+2e P1+9 P1+b8 H54+b He+1 P0+c H0+2 P0+8
H0+6 P0+2d H0 P0+6 H0+7 P0+d H0+3 P0+8 H0+6 P0+8 H0+6 H93 H37+24 Ha+405 I0+a6df H0+1f I0+1039 H0+5 I0+dd H0+1 I0+1681
H0+d I0+1d30 H0+c1e H21e+5e1 I0+134a H0+4 I0+105f H0+ddc4f
]]
local range_first, range_last, range_class = {}, {}, {}
do
    local next_point = 0
    for class, gap, more in display_ranges:gmatch("(%u)(%x+)%+?(%x*)") do
        local first = next_point + tonumber(gap, 16)
        local last = first + (more == "" and 0 or tonumber(more, 16))
        range_first[#range_first + 1], range_last[#range_last + 1], range_class[#range_class + 1] = first, last, class
        next_point = last + 1
    end
end

-- "H" hidden, "M" mark, "S" spacing mark, "V" virama, "D" and "R" joining letters, "I" ideograph, "A" of which there are
-- variants, "P" and "E" pictographs, the second with variants; "" for all others.
local function class_of(code_point)
    local low, high = 1, #range_first
    while low <= high do
        local middle = math.floor((low + high) / 2)
        if code_point < range_first[middle] then
            high = middle - 1
        elseif code_point > range_last[middle] then
            low = middle + 1
        else
            return range_class[middle]
        end
    end
    return ""
end

local no_character = {point = 0, class = "H"}

-- The character at `at`: its code point, its class, and where the next one begins.
local function character_at(text, at)
    local lead = text:byte(at)
    if not lead then return no_character end
    if lead < 0x80 then return {point = lead, class = (lead >= 0x20 and lead < 0x7F) and "" or "H", next = at + 1} end
    local length = well_formed_length(text, at)
    if not length then return no_character end
    local code_point = lead % (({0, 0x1F, 0x0F, 0x07})[length] + 1)
    for position = at + 1, at + length - 1 do
        code_point = code_point * 64 + text:byte(position) % 64
    end
    return {point = code_point, class = class_of(code_point), next = at + length}
end

local marks = {M = 6, V = 6, S = 4}
local joining = {D = true, R = true}
local pictographs = {P = true, E = true}
local keycaps = "0123456789#*"
local flag_tags = {"gbeng", "gbsct", "gbwls"}
local joined_bytes_max = 64

local function between(point, first, last)
    return point >= first and point <= last
end

local function is_mongolian_letter(point)
    return between(point, 0x1820, 0x18AA)
end

-- Where the flag ends whose tags begin at `at`, or nil.
local function flag_end(text, at)
    for _, tags in ipairs(flag_tags) do
        local bytes = tags:gsub(".", function(tag) return "\xF3\xA0\x81" .. string.char(0x40 + tag:byte()) end)
        bytes = bytes .. "\xF3\xA0\x81\xBF"
        if text:sub(at, at + #bytes - 1) == bytes then return at + #bytes end
    end
    return nil
end

-- What a joiner joins: the character with which the joined text continues, or nil.
local function joined_by(text, joiner, state)
    local joins = joiner.point == 0x200D
    local following = character_at(text, joiner.next)
    if state.last.point == 0x200C or state.last.point == 0x200D then return nil end
    if joins and pictographs[state.base.class] and state.used.M == 0 and pictographs[following.class] then
        state.base = following
        return following
    end
    local letter_next = following.next and following.point >= 0x80 and following.class ~= "H" and not marks[following.class]
    if state.last.class == "V" then return (joins or letter_next) and joiner or nil end
    if following.class == "V" then return state.letter.point >= 0x900 and joiner or nil end
    if not joins then return joining[state.letter.class] and joining[following.class] and joiner or nil end
    return state.letter.class == "D" and not joining[following.class] and not marks[following.class] and joiner or nil
end

local function is_variation(text, base, selector)
    local point = selector.point
    if base.class == "E" then return between(point, 0xFE0E, 0xFE0F) end
    if base.class == "A" then return between(point, 0xFE00, 0xFE01) end
    if base.class == "I" then return between(point, 0xFE00, 0xFE02) or between(point, 0xE0100, 0xE01EF) end
    return is_mongolian_letter(base.point) and (between(point, 0x180B, 0x180D) or point == 0x180F or
        (point == 0x180E and is_mongolian_letter(character_at(text, selector.next).point)))
end

-- Where the text that is joined to the character before `state.last.next` continues, or nil where it ends.
local function join(text, following, state)
    if marks[following.class] then
        local kind = following.class == "S" and "S" or "M"
        state.used[kind] = state.used[kind] + 1
        return state.used[kind] <= marks[kind] and following or nil
    end
    if following.point == 0x200C or following.point == 0x200D then return joined_by(text, following, state) end
    if state.last.next ~= state.base.next then return nil end
    if following.point == 0xFE0F and state.base.point < 0x80 and keycaps:find(string.char(state.base.point), 1, true) then
        local keycap = character_at(text, following.next)
        return keycap.point == 0x20E3 and keycap or nil
    end
    if between(following.point, 0x1F3FB, 0x1F3FF) then return pictographs[state.base.class] and following or nil end
    if state.base.point == 0x1F3F4 and between(following.point, 0xE0000, 0xE007F) then
        local flag = flag_end(text, state.last.next)
        return flag and {point = 0xE007F, class = "H", next = flag} or nil
    end
    return is_variation(text, state.base, following) and following or nil
end

-- Where the text ends that is joined to the character `base`.
local function joined_end(text, base)
    local state = {base = base, letter = base, last = base, used = {M = 0, S = 0}}
    while true do
        local following = character_at(text, state.last.next)
        if not following.next or following.next > base.next + joined_bytes_max then return state.last.next end
        local taken = join(text, following, state)
        if not taken then return state.last.next end
        state.last = taken
    end
end

local ascii_escapes = {["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\"}

local function escaped_ascii(character)
    return ascii_escapes[character] or string.format("\\x%02x", character:byte())
end

-- The piece of a text that begins with the character `first`, and where the next one begins.
local function escaped_character(text, at, first)
    if first.point < 0x80 and (first.class == "H" or first.point == 0x5C) then
        return escaped_ascii(text:sub(at, at)), first.next
    end
    if first.point == 0x22 then return '"', first.next end
    if first.class == "H" or marks[first.class] then return string.format("\\u{%04x}", first.point), first.next end
    local past = joined_end(text, first)
    return text:sub(at, past - 1), past
end

-- `text`, which may be any bytes, as it is safe to show. The same as the codec's, but that a quotation mark stays.
local function escaped(text)
    if not text:find("[^]-~ -[]") then return text end  -- printable ASCII but the backslash
    local pieces = {}
    local at = 1
    while at <= #text do
        local first = character_at(text, at)
        if first.next then
            pieces[#pieces + 1], at = escaped_character(text, at, first)
        else
            pieces[#pieces + 1] = string.format("\\x%02x", text:byte(at))
            at = at + 1
        end
    end
    return table.concat(pieces)
end

-- For the Info column: in quotation marks, and cut at a whole character.
local function quoted(text)
    local most = chatos.prefs.info_text_max
    local cut = ""
    if #text > most then
        local last = most
        while last > 0 and text:byte(last + 1) >= 0x80 and text:byte(last + 1) <= 0xBF do
            last = last - 1
        end
        text = text:sub(1, last)
        cut = "…"
    end
    return '"' .. escaped(text):gsub('"', '\\"') .. cut .. '"'
end

-- Packets -----------------------------------------------------------------------------------------------------------

local function big_endian(bytes, at, count)
    local number = 0
    for position = at, at + count - 1 do
        number = number * 256 + bytes:byte(position)
    end
    return number
end

-- What is wrong with a size, or nil.
local function size_violation(part, size)
    if size >= (part == "pseudo" and 0x8000 or 0x80000000) then return "negative_size" end
    local limit = part == "pseudo" and chatos.prefs.pseudo_bytes_max or chatos.prefs.message_bytes_max
    if size > limit then return "size_over_limit" end
    if size == 0 and part == "pseudo" then return "empty_pseudo" end
    return nil
end

local function fail(packet, violation, field, at)
    packet.violation, packet.violation_field, packet.violation_at = violation, field, at
    return packet
end

-- Adds a size and its text to the packet; false when that ends the reading: the packet says why.
local function read_text(packet, bytes, part)
    local size_at = packet.at + packet.size
    local size_bytes = size_bytes_of[part]
    if #bytes + 1 < size_at + size_bytes then
        packet.need = size_at + size_bytes - (#bytes + 1)
        return false
    end
    local size = big_endian(bytes, size_at, size_bytes)
    local text_at = size_at + size_bytes
    local read = {name = part, size_at = size_at, size_bytes = size_bytes, size = size, at = text_at}
    table.insert(packet.parts, read)
    local wrong = size_violation(part, size)
    if wrong then
        fail(packet, wrong, part .. "_size", size_at)
        return false
    end
    if #bytes + 1 < text_at + size then
        packet.need = text_at + size - (#bytes + 1)
        return false
    end
    read.text = bytes:sub(text_at, text_at + size - 1)
    packet.size = packet.size + size_bytes + size
    local ill_formed = find_ill_formed(read.text)
    if ill_formed then
        fail(packet, "ill_formed_utf8", part, text_at + ill_formed - 1)
        return false
    end
    return true
end

-- The packet at `at` (from 1) of `bytes`. It is whole, or has `need` (bytes that bring the next decision), or has a
-- `violation`. Positions count from 1.
local function read_packet(bytes, at)
    local packet = {at = at, size = 1, opcode = bytes:byte(at), parts = {}}
    packet.row = packets[packet.opcode]
    if not packet.row then return fail(packet, "unknown_opcode", "opcode", at) end
    for _, part in ipairs(packet.row.parts) do
        if part == "code" then
            packet.code = bytes:byte(at + 1)
            if not packet.code then
                packet.need = 1
                return packet
            end
            packet.size = 2
            if not code_names[packet.code] then return fail(packet, "unassigned_error_code", "error_code", at + 1) end
        elseif not read_text(packet, bytes, part) then
            return packet
        end
    end
    return packet
end

local function is_whole(packet)
    return not packet.need and not packet.violation
end

-- Where, from `at` on, two packets follow each other or one ends with the bytes; nil if nowhere.
local function find_boundary(bytes, at)
    for start = at, #bytes do
        local first = read_packet(bytes, start)
        if is_whole(first) then
            local behind = start + first.size
            if behind > #bytes or is_whole(read_packet(bytes, behind)) then return start end
        end
    end
    return nil
end

-- Connections -------------------------------------------------------------------------------------------------------

-- Built while frames are seen for the first time and only read later, in whatever order they are looked at.
local client_of = {}     -- by ends_key(): end_of() the client, where ports do not tell
local directions = {}    -- by stream and direction: see direction_state()
local port_ranges = {}   -- of the preference

function chatos.init()
    client_of, directions = {}, {}
end

local function is_server_port(port)
    for _, range in ipairs(port_ranges) do
        if port >= range[1] and port <= range[2] then return true end
    end
    return false
end

local function end_of(address, port)
    return tostring(address) .. ":" .. port
end

local function ends_key(pinfo)
    local source, destination = end_of(pinfo.src, pinfo.src_port), end_of(pinfo.dst, pinfo.dst_port)
    return source < destination and source .. " " .. destination or destination .. " " .. source
end

-- True when a client sent the frame. Where both ports or none are a server's, the port that chatos was registered or
-- asked for decides, and else who spoke first: a server says nothing before a client does.
local function is_from_client(pinfo)
    local source, destination = pinfo.src_port, pinfo.dst_port
    local from_server, to_server = is_server_port(source), is_server_port(destination)
    if from_server ~= to_server then return to_server end
    local key = ends_key(pinfo)
    if not client_of[key] and not from_server and source ~= destination then
        if pinfo.match_uint == destination then return true end
        if pinfo.match_uint == source then return false end
    end
    if not client_of[key] then client_of[key] = end_of(pinfo.src, source) end
    return client_of[key] == end_of(pinfo.src, source)
end

-- What is known of one direction: `lost`, a list of frames from which on (`from`) and up to which (`to`) framing was
-- lost, with the position (`boundary`) at which decoding continues in the last of them; `is_uncertain`, whether the next
-- bytes may begin inside a packet, because the ones before were not captured; `frame`, up to which this is known. The
-- first of tshark's two passes (-2) does not tell the stream: then each call starts afresh, and the second pass, which
-- shows things, knows.
local function direction_state(from_client)
    local streams = {tcp_stream()}
    local stream = streams[#streams]   -- of the innermost connection
    if not stream then return {lost = {}, frame = 0} end
    local key = stream.value * 2 + (from_client and 0 or 1)
    if not directions[key] then
        local completeness = tcp_completeness()
        directions[key] = {lost = {}, frame = 0, is_uncertain = not completeness or completeness.value % 2 == 0}
    end
    return directions[key]
end

-- The stretch of lost framing that the frame belongs to, or nil.
local function lost_at(state, frame)
    for _, stretch in ipairs(state.lost) do
        if frame >= stretch.from and (not stretch.to or frame <= stretch.to) then return stretch end
    end
    return nil
end

-- The Info column ---------------------------------------------------------------------------------------------------

local info_bytes_max = 3900   -- Wireshark's column has 4,096
local info = {entries = {}}

local function begin_info(pinfo)
    -- TCP calls once for each run of packets in a frame. What is private lives as long as one look at the frame.
    if not pinfo.private["chatos_seen"] then
        pinfo.private["chatos_seen"] = "1"
        info = {entries = {}}
    end
end

local function add_info(text)
    local last = info.entries[#info.entries]
    if last and last.text == text then
        last.count = last.count + 1
    else
        table.insert(info.entries, {text = text, count = 1})
    end
end

local function show_info(pinfo)
    local pieces, bytes, left_out = {}, 0, 0
    for _, entry in ipairs(info.entries) do
        local text = entry.count == 1 and entry.text or entry.text .. " ×" .. entry.count
        if bytes + #text + 2 > info_bytes_max then
            left_out = left_out + entry.count
        else
            table.insert(pieces, text)
            bytes = bytes + #text + 2
        end
    end
    if left_out > 0 then table.insert(pieces, "and " .. left_out .. " more") end
    pinfo.cols.protocol = "ChatOS"
    pinfo.cols.info:clear_fence()
    pinfo.cols.info = table.concat(pieces, ", ")
end

local function info_of(packet)
    local words = {packet.row.name}
    for _, part in ipairs(packet.parts) do
        table.insert(words, quoted(part.text))
    end
    if packet.code then table.insert(words, packet.code .. " " .. code_names[packet.code]) end
    return table.concat(words, " ")
end

-- The tree ----------------------------------------------------------------------------------------------------------

local function add_generated(tree, field, value)
    tree:add(field, value):set_generated()
end

local function add_part(tree, tvb, part)
    tree:add(f[part.name .. "_size"], tvb(part.size_at - 1, part.size_bytes))
    if not part.text then return end
    if #part.text == 0 then
        tree:add(f[part.name], tvb(part.at - 2, 0), "")
        return
    end
    local range = tvb(part.at - 1, #part.text)
    tree:add(f[part.name], range, escaped(part.text))
    tree:add(f[part.name .. "_bytes"], range):set_hidden()
end

-- The fields that were read; returns the packet's tree.
local function add_packet(tree, tvb, packet, from_client, title, bytes)
    local subtree = tree:add(chatos, tvb(packet.at - 1, bytes), title)
    subtree:add(f.opcode, tvb(packet.at - 1, 1))
    if packet.row then add_generated(subtree, f.packet, packet.row.name) end
    add_generated(subtree, f.direction, from_client and "c2s" or "s2c")
    for _, part in ipairs(packet.parts) do
        add_part(subtree, tvb, part)
    end
    if packet.code then
        subtree:add(f.code, tvb(packet.at, 1))
        add_generated(subtree, f.code_name, code_names[packet.code] or "UNASSIGNED")
    end
    return subtree
end

local function show_packet(tree, tvb, packet, from_client)
    local text = info_of(packet)
    local subtree = add_packet(tree, tvb, packet, from_client, "ChatOS, " .. packet.row.title .. ": " .. text, packet.size)
    add_generated(subtree, f.length, packet.size)
    if not packet.row[from_client and "c2s" or "s2c"] then
        local who = from_client and "client" or "server"
        subtree:add_proto_expert_info(experts.wrong_direction, packet.row.name .. " is never sent by a " .. who)
        text = text .. " (never sent by a " .. who .. ")"
    end
    add_info(text)
end

local function show_malformed(tree, tvb, packet, from_client)
    local what = violations[packet.violation]
    local rest = tvb:captured_len() - (packet.at - 1)
    local subtree = add_packet(tree, tvb, packet, from_client, "ChatOS, malformed: " .. what.text, rest)
    add_generated(subtree, f.violation, packet.violation)
    add_generated(subtree, f.violation_field, packet.violation_field)
    add_generated(subtree, f.rule, what.rule)
    subtree:add_tvb_expert_info(malformed[packet.violation], tvb(packet.violation_at - 1, 1),
                                what.text .. " (" .. what.rule .. "); framing is lost")
    add_info("malformed " .. (packet.row and packet.row.name .. " " or "") .. "(" .. packet.violation .. ")")
end

local function show_undecoded(tree, tvb, bytes, expert_info, text)
    local subtree = tree:add(chatos, tvb(0, bytes), "ChatOS, " .. bytes .. " " .. text)
    subtree:add(f.undecoded, tvb(0, bytes))
    subtree:add_proto_expert_info(expert_info)
    add_info("(" .. bytes .. " " .. text .. ")")
end

local function show_cut(tree, tvb, packet, from_client)
    local rest = tvb:captured_len() - (packet.at - 1)
    local subtree = add_packet(tree, tvb, packet, from_client, "ChatOS, cut " .. packet.row.name, rest)
    subtree:add(f.incomplete, tvb(packet.at - 1, rest))
    subtree:add_proto_expert_info(experts.incomplete, "At least " .. packet.need .. " more bytes belong to this packet; "
                                  .. "the capture cut them, or TCP reassembly is off")
    add_info("cut " .. packet.row.name)
end

-- Dissection --------------------------------------------------------------------------------------------------------

-- Passes bytes while framing is lost, up to a boundary that proves itself if bytes are missing before them, and else all.
-- Returns where decoding continues.
local function pass_lost(tree, tvb, pinfo, bytes, stretch, is_new)
    if is_new and stretch.is_uncertain and not stretch.to then
        stretch.boundary = find_boundary(bytes, 1)
        stretch.to = stretch.boundary and pinfo.number
    end
    local boundary = stretch.to == pinfo.number and stretch.boundary or #bytes + 1
    if boundary > 1 then
        if stretch.is_uncertain then
            show_undecoded(tree, tvb, boundary - 1, experts.unframed, "bytes of no packet")
        else
            show_undecoded(tree, tvb, boundary - 1, experts.after_malformed, "bytes after a malformed packet")
        end
    end
    if boundary <= #bytes then tree:add_proto_expert_info(experts.resync) end
    return boundary
end

-- Whether `bytes`, the first ones since some were not captured, seem to begin inside a packet.
local function begins_inside(state, bytes)
    return state.is_uncertain and read_packet(bytes, 1).violation ~= nil
end

-- Decodes all from `at` on; returns where the last packet starts if TCP is to bring more of it, or else nil.
local function decode(tree, tvb, pinfo, bytes, at, state, is_new, from_client)
    while at <= #bytes do
        local packet = read_packet(bytes, at)
        if packet.violation then
            show_malformed(tree, tvb, packet, from_client)
            pinfo.private["chatos_lost"] = "1"
            if is_new then table.insert(state.lost, {from = pinfo.number + 1}) end
            return nil
        end
        if packet.need then
            if pinfo.can_desegment > 0 then return at end
            show_cut(tree, tvb, packet, from_client)
            return nil
        end
        show_packet(tree, tvb, packet, from_client)
        if is_new then state.is_uncertain = false end
        at = at + packet.size
    end
    return nil
end

function chatos.dissector(tvb, pinfo, tree)
    local length = tvb:captured_len()
    if length == 0 then return 0 end
    local bytes = tvb:raw(0, length)
    local from_client = is_from_client(pinfo)
    local state = direction_state(from_client)
    begin_info(pinfo)
    -- TCP may call several times for a frame; what was learned in the first call is known in the next.
    local is_new = pinfo.number > state.frame or pinfo.private["chatos_new"] ~= nil
    if is_new then
        pinfo.private["chatos_new"] = "1"
        state.frame = pinfo.number
        if tcp_lost_segment() then state.is_uncertain = true end
    end
    local at = 1
    if pinfo.private["chatos_lost"] then
        at = pass_lost(tree, tvb, pinfo, bytes, {}, false)
    else
        local stretch = lost_at(state, pinfo.number)
        if is_new and not stretch and begins_inside(state, bytes) then
            stretch = {from = pinfo.number, is_uncertain = true}
            table.insert(state.lost, stretch)
        end
        if stretch then at = pass_lost(tree, tvb, pinfo, bytes, stretch, is_new) end
    end
    local unfinished = decode(tree, tvb, pinfo, bytes, at, state, is_new, from_client)
    if unfinished then
        -- Not the exact need, though it is known: TCP of Wireshark 4.0 mixes packets up in the second of two passes when
        -- a need grows inside a segment (first a size, then a text).
        pinfo.desegment_offset = unfinished - 1
        pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
    end
    if #info.entries > 0 then show_info(pinfo) end
    return length
end

-- Registration ------------------------------------------------------------------------------------------------------

local tcp_ports = DissectorTable.get("tcp.port")
local registered_ports = ""

local function register_ports()
    if chatos.prefs.ports == registered_ports then return end
    if registered_ports ~= "" then tcp_ports:remove(registered_ports, chatos) end
    registered_ports = chatos.prefs.ports
    port_ranges = {}
    for first, last in registered_ports:gmatch("(%d+)%-?(%d*)") do
        table.insert(port_ranges, {tonumber(first), tonumber(last) or tonumber(first)})
    end
    if registered_ports ~= "" then tcp_ports:add(registered_ports, chatos) end
end

function chatos.prefs_changed()
    register_ports()
end

register_ports()
tcp_ports:add_for_decode_as(chatos)

-- A connection on any port, once the preference asks for it: its first bytes are one connection request and no more.
chatos:register_heuristic("tcp", function(tvb, pinfo, tree)
    if not chatos.prefs.recognise or tvb:captured_len() < 4 then return false end
    local bytes = tvb:raw(0, tvb:captured_len())
    local packet = read_packet(bytes, 1)
    if packet.opcode ~= 1 or not is_whole(packet) or packet.size ~= #bytes then return false end
    client_of[ends_key(pinfo)] = end_of(pinfo.src, pinfo.src_port)
    pinfo.conversation = chatos
    chatos.dissector(tvb, pinfo, tree)
    return true
end)
