x = Not a = b And c Or d Xor e Eqv f Imp g
x = a & b + c Mod d \ e * -f ^ g
x = a <> b = c >= d Is e
x = a => b =< c
