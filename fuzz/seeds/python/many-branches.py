def f(e):
    x = e
    if e.k0:
        x = x + "0"
        y0 = x
    if e.k1:
        x = x + "1"
        y1 = x
    if e.k2:
        x = x + "2"
        y2 = x
    if e.k3:
        x = x + "3"
        y3 = x
    if e.k4:
        x = x + "4"
        y4 = x
    if e.k5:
        x = x + "5"
        y5 = x
    if e.k6:
        x = x + "6"
        y6 = x
    if e.k7:
        x = x + "7"
        y7 = x
    if e.k8:
        x = x + "8"
        y8 = x
    if e.k9:
        x = x + "9"
        y9 = x
    if e.k10:
        x = x + "10"
        y10 = x
    if e.k11:
        x = x + "11"
        y11 = x
    if e.k12:
        x = x + "12"
        y12 = x
    if e.k13:
        x = x + "13"
        y13 = x
    if e.k14:
        x = x + "14"
        y14 = x
    if e.k15:
        x = x + "15"
        y15 = x
    if e.k16:
        x = x + "16"
        y16 = x
    if e.k17:
        x = x + "17"
        y17 = x
    if e.k18:
        x = x + "18"
        y18 = x
    if e.k19:
        x = x + "19"
        y19 = x
    if e.k20:
        x = x + "20"
        y20 = x
    if e.k21:
        x = x + "21"
        y21 = x
    if e.k22:
        x = x + "22"
        y22 = x
    if e.k23:
        x = x + "23"
        y23 = x
    if e.k24:
        x = x + "24"
        y24 = x
    if e.k25:
        x = x + "25"
        y25 = x
    if e.k26:
        x = x + "26"
        y26 = x
    if e.k27:
        x = x + "27"
        y27 = x
    if e.k28:
        x = x + "28"
        y28 = x
    if e.k29:
        x = x + "29"
        y29 = x
    if e.k30:
        x = x + "30"
        y30 = x
    if e.k31:
        x = x + "31"
        y31 = x
    if e.k32:
        x = x + "32"
        y32 = x
    if e.k33:
        x = x + "33"
        y33 = x
    if e.k34:
        x = x + "34"
        y34 = x
    if e.k35:
        x = x + "35"
        y35 = x
    if e.k36:
        x = x + "36"
        y36 = x
    if e.k37:
        x = x + "37"
        y37 = x
    if e.k38:
        x = x + "38"
        y38 = x
    if e.k39:
        x = x + "39"
        y39 = x
    if e.k40:
        x = x + "40"
        y40 = x
    if e.k41:
        x = x + "41"
        y41 = x
    if e.k42:
        x = x + "42"
        y42 = x
    if e.k43:
        x = x + "43"
        y43 = x
    if e.k44:
        x = x + "44"
        y44 = x
    if e.k45:
        x = x + "45"
        y45 = x
    if e.k46:
        x = x + "46"
        y46 = x
    if e.k47:
        x = x + "47"
        y47 = x
    if e.k48:
        x = x + "48"
        y48 = x
    if e.k49:
        x = x + "49"
        y49 = x
    if e.k50:
        x = x + "50"
        y50 = x
    if e.k51:
        x = x + "51"
        y51 = x
    if e.k52:
        x = x + "52"
        y52 = x
    if e.k53:
        x = x + "53"
        y53 = x
    if e.k54:
        x = x + "54"
        y54 = x
    if e.k55:
        x = x + "55"
        y55 = x
    if e.k56:
        x = x + "56"
        y56 = x
    if e.k57:
        x = x + "57"
        y57 = x
    if e.k58:
        x = x + "58"
        y58 = x
    if e.k59:
        x = x + "59"
        y59 = x
    if e.k60:
        x = x + "60"
        y60 = x
    if e.k61:
        x = x + "61"
        y61 = x
    if e.k62:
        x = x + "62"
        y62 = x
    if e.k63:
        x = x + "63"
        y63 = x
    if e.k64:
        x = x + "64"
        y64 = x
    if e.k65:
        x = x + "65"
        y65 = x
    if e.k66:
        x = x + "66"
        y66 = x
    if e.k67:
        x = x + "67"
        y67 = x
    if e.k68:
        x = x + "68"
        y68 = x
    if e.k69:
        x = x + "69"
        y69 = x
    if e.k70:
        x = x + "70"
        y70 = x
    if e.k71:
        x = x + "71"
        y71 = x
    if e.k72:
        x = x + "72"
        y72 = x
    if e.k73:
        x = x + "73"
        y73 = x
    if e.k74:
        x = x + "74"
        y74 = x
    if e.k75:
        x = x + "75"
        y75 = x
    if e.k76:
        x = x + "76"
        y76 = x
    if e.k77:
        x = x + "77"
        y77 = x
    if e.k78:
        x = x + "78"
        y78 = x
    if e.k79:
        x = x + "79"
        y79 = x
    if e.k80:
        x = x + "80"
        y80 = x
    if e.k81:
        x = x + "81"
        y81 = x
    if e.k82:
        x = x + "82"
        y82 = x
    if e.k83:
        x = x + "83"
        y83 = x
    if e.k84:
        x = x + "84"
        y84 = x
    if e.k85:
        x = x + "85"
        y85 = x
    if e.k86:
        x = x + "86"
        y86 = x
    if e.k87:
        x = x + "87"
        y87 = x
    if e.k88:
        x = x + "88"
        y88 = x
    if e.k89:
        x = x + "89"
        y89 = x
    if e.k90:
        x = x + "90"
        y90 = x
    if e.k91:
        x = x + "91"
        y91 = x
    if e.k92:
        x = x + "92"
        y92 = x
    if e.k93:
        x = x + "93"
        y93 = x
    if e.k94:
        x = x + "94"
        y94 = x
    if e.k95:
        x = x + "95"
        y95 = x
    if e.k96:
        x = x + "96"
        y96 = x
    if e.k97:
        x = x + "97"
        y97 = x
    if e.k98:
        x = x + "98"
        y98 = x
    if e.k99:
        x = x + "99"
        y99 = x
    if e.k100:
        x = x + "100"
        y100 = x
    if e.k101:
        x = x + "101"
        y101 = x
    if e.k102:
        x = x + "102"
        y102 = x
    if e.k103:
        x = x + "103"
        y103 = x
    if e.k104:
        x = x + "104"
        y104 = x
    if e.k105:
        x = x + "105"
        y105 = x
    if e.k106:
        x = x + "106"
        y106 = x
    if e.k107:
        x = x + "107"
        y107 = x
    if e.k108:
        x = x + "108"
        y108 = x
    if e.k109:
        x = x + "109"
        y109 = x
    if e.k110:
        x = x + "110"
        y110 = x
    if e.k111:
        x = x + "111"
        y111 = x
    if e.k112:
        x = x + "112"
        y112 = x
    if e.k113:
        x = x + "113"
        y113 = x
    if e.k114:
        x = x + "114"
        y114 = x
    if e.k115:
        x = x + "115"
        y115 = x
    if e.k116:
        x = x + "116"
        y116 = x
    if e.k117:
        x = x + "117"
        y117 = x
    if e.k118:
        x = x + "118"
        y118 = x
    if e.k119:
        x = x + "119"
        y119 = x
    if e.k120:
        x = x + "120"
        y120 = x
    if e.k121:
        x = x + "121"
        y121 = x
    if e.k122:
        x = x + "122"
        y122 = x
    if e.k123:
        x = x + "123"
        y123 = x
    if e.k124:
        x = x + "124"
        y124 = x
    if e.k125:
        x = x + "125"
        y125 = x
    if e.k126:
        x = x + "126"
        y126 = x
    if e.k127:
        x = x + "127"
        y127 = x
    if e.k128:
        x = x + "128"
        y128 = x
    if e.k129:
        x = x + "129"
        y129 = x
    if e.k130:
        x = x + "130"
        y130 = x
    if e.k131:
        x = x + "131"
        y131 = x
    if e.k132:
        x = x + "132"
        y132 = x
    if e.k133:
        x = x + "133"
        y133 = x
    if e.k134:
        x = x + "134"
        y134 = x
    if e.k135:
        x = x + "135"
        y135 = x
    if e.k136:
        x = x + "136"
        y136 = x
    if e.k137:
        x = x + "137"
        y137 = x
    if e.k138:
        x = x + "138"
        y138 = x
    if e.k139:
        x = x + "139"
        y139 = x
    if e.k140:
        x = x + "140"
        y140 = x
    if e.k141:
        x = x + "141"
        y141 = x
    if e.k142:
        x = x + "142"
        y142 = x
    if e.k143:
        x = x + "143"
        y143 = x
    if e.k144:
        x = x + "144"
        y144 = x
    if e.k145:
        x = x + "145"
        y145 = x
    if e.k146:
        x = x + "146"
        y146 = x
    if e.k147:
        x = x + "147"
        y147 = x
    if e.k148:
        x = x + "148"
        y148 = x
    if e.k149:
        x = x + "149"
        y149 = x
    if e.k150:
        x = x + "150"
        y150 = x
    if e.k151:
        x = x + "151"
        y151 = x
    if e.k152:
        x = x + "152"
        y152 = x
    if e.k153:
        x = x + "153"
        y153 = x
    if e.k154:
        x = x + "154"
        y154 = x
    if e.k155:
        x = x + "155"
        y155 = x
    if e.k156:
        x = x + "156"
        y156 = x
    if e.k157:
        x = x + "157"
        y157 = x
    if e.k158:
        x = x + "158"
        y158 = x
    if e.k159:
        x = x + "159"
        y159 = x
    if e.k160:
        x = x + "160"
        y160 = x
    if e.k161:
        x = x + "161"
        y161 = x
    if e.k162:
        x = x + "162"
        y162 = x
    if e.k163:
        x = x + "163"
        y163 = x
    if e.k164:
        x = x + "164"
        y164 = x
    if e.k165:
        x = x + "165"
        y165 = x
    if e.k166:
        x = x + "166"
        y166 = x
    if e.k167:
        x = x + "167"
        y167 = x
    if e.k168:
        x = x + "168"
        y168 = x
    if e.k169:
        x = x + "169"
        y169 = x
    if e.k170:
        x = x + "170"
        y170 = x
    if e.k171:
        x = x + "171"
        y171 = x
    if e.k172:
        x = x + "172"
        y172 = x
    if e.k173:
        x = x + "173"
        y173 = x
    if e.k174:
        x = x + "174"
        y174 = x
    if e.k175:
        x = x + "175"
        y175 = x
    if e.k176:
        x = x + "176"
        y176 = x
    if e.k177:
        x = x + "177"
        y177 = x
    if e.k178:
        x = x + "178"
        y178 = x
    if e.k179:
        x = x + "179"
        y179 = x
    if e.k180:
        x = x + "180"
        y180 = x
    if e.k181:
        x = x + "181"
        y181 = x
    if e.k182:
        x = x + "182"
        y182 = x
    if e.k183:
        x = x + "183"
        y183 = x
    if e.k184:
        x = x + "184"
        y184 = x
    if e.k185:
        x = x + "185"
        y185 = x
    if e.k186:
        x = x + "186"
        y186 = x
    if e.k187:
        x = x + "187"
        y187 = x
    if e.k188:
        x = x + "188"
        y188 = x
    if e.k189:
        x = x + "189"
        y189 = x
    if e.k190:
        x = x + "190"
        y190 = x
    if e.k191:
        x = x + "191"
        y191 = x
    if e.k192:
        x = x + "192"
        y192 = x
    if e.k193:
        x = x + "193"
        y193 = x
    if e.k194:
        x = x + "194"
        y194 = x
    if e.k195:
        x = x + "195"
        y195 = x
    if e.k196:
        x = x + "196"
        y196 = x
    if e.k197:
        x = x + "197"
        y197 = x
    if e.k198:
        x = x + "198"
        y198 = x
    if e.k199:
        x = x + "199"
        y199 = x
    if e.k200:
        x = x + "200"
        y200 = x
    if e.k201:
        x = x + "201"
        y201 = x
    if e.k202:
        x = x + "202"
        y202 = x
    if e.k203:
        x = x + "203"
        y203 = x
    if e.k204:
        x = x + "204"
        y204 = x
    if e.k205:
        x = x + "205"
        y205 = x
    if e.k206:
        x = x + "206"
        y206 = x
    if e.k207:
        x = x + "207"
        y207 = x
    if e.k208:
        x = x + "208"
        y208 = x
    if e.k209:
        x = x + "209"
        y209 = x
    if e.k210:
        x = x + "210"
        y210 = x
    if e.k211:
        x = x + "211"
        y211 = x
    if e.k212:
        x = x + "212"
        y212 = x
    if e.k213:
        x = x + "213"
        y213 = x
    if e.k214:
        x = x + "214"
        y214 = x
    if e.k215:
        x = x + "215"
        y215 = x
    if e.k216:
        x = x + "216"
        y216 = x
    if e.k217:
        x = x + "217"
        y217 = x
    if e.k218:
        x = x + "218"
        y218 = x
    if e.k219:
        x = x + "219"
        y219 = x
    if e.k220:
        x = x + "220"
        y220 = x
    if e.k221:
        x = x + "221"
        y221 = x
    if e.k222:
        x = x + "222"
        y222 = x
    if e.k223:
        x = x + "223"
        y223 = x
    if e.k224:
        x = x + "224"
        y224 = x
    if e.k225:
        x = x + "225"
        y225 = x
    if e.k226:
        x = x + "226"
        y226 = x
    if e.k227:
        x = x + "227"
        y227 = x
    if e.k228:
        x = x + "228"
        y228 = x
    if e.k229:
        x = x + "229"
        y229 = x
    if e.k230:
        x = x + "230"
        y230 = x
    if e.k231:
        x = x + "231"
        y231 = x
    if e.k232:
        x = x + "232"
        y232 = x
    if e.k233:
        x = x + "233"
        y233 = x
    if e.k234:
        x = x + "234"
        y234 = x
    if e.k235:
        x = x + "235"
        y235 = x
    if e.k236:
        x = x + "236"
        y236 = x
    if e.k237:
        x = x + "237"
        y237 = x
    if e.k238:
        x = x + "238"
        y238 = x
    if e.k239:
        x = x + "239"
        y239 = x
    if e.k240:
        x = x + "240"
        y240 = x
    if e.k241:
        x = x + "241"
        y241 = x
    if e.k242:
        x = x + "242"
        y242 = x
    if e.k243:
        x = x + "243"
        y243 = x
    if e.k244:
        x = x + "244"
        y244 = x
    if e.k245:
        x = x + "245"
        y245 = x
    if e.k246:
        x = x + "246"
        y246 = x
    if e.k247:
        x = x + "247"
        y247 = x
    if e.k248:
        x = x + "248"
        y248 = x
    if e.k249:
        x = x + "249"
        y249 = x
    if e.k250:
        x = x + "250"
        y250 = x
    if e.k251:
        x = x + "251"
        y251 = x
    if e.k252:
        x = x + "252"
        y252 = x
    if e.k253:
        x = x + "253"
        y253 = x
    if e.k254:
        x = x + "254"
        y254 = x
    if e.k255:
        x = x + "255"
        y255 = x
    if e.k256:
        x = x + "256"
        y256 = x
    if e.k257:
        x = x + "257"
        y257 = x
    if e.k258:
        x = x + "258"
        y258 = x
    if e.k259:
        x = x + "259"
        y259 = x
    if e.k260:
        x = x + "260"
        y260 = x
    if e.k261:
        x = x + "261"
        y261 = x
    if e.k262:
        x = x + "262"
        y262 = x
    if e.k263:
        x = x + "263"
        y263 = x
    if e.k264:
        x = x + "264"
        y264 = x
    if e.k265:
        x = x + "265"
        y265 = x
    if e.k266:
        x = x + "266"
        y266 = x
    if e.k267:
        x = x + "267"
        y267 = x
    if e.k268:
        x = x + "268"
        y268 = x
    if e.k269:
        x = x + "269"
        y269 = x
    if e.k270:
        x = x + "270"
        y270 = x
    if e.k271:
        x = x + "271"
        y271 = x
    if e.k272:
        x = x + "272"
        y272 = x
    if e.k273:
        x = x + "273"
        y273 = x
    if e.k274:
        x = x + "274"
        y274 = x
    if e.k275:
        x = x + "275"
        y275 = x
    if e.k276:
        x = x + "276"
        y276 = x
    if e.k277:
        x = x + "277"
        y277 = x
    if e.k278:
        x = x + "278"
        y278 = x
    if e.k279:
        x = x + "279"
        y279 = x
    if e.k280:
        x = x + "280"
        y280 = x
    if e.k281:
        x = x + "281"
        y281 = x
    if e.k282:
        x = x + "282"
        y282 = x
    if e.k283:
        x = x + "283"
        y283 = x
    if e.k284:
        x = x + "284"
        y284 = x
    if e.k285:
        x = x + "285"
        y285 = x
    if e.k286:
        x = x + "286"
        y286 = x
    if e.k287:
        x = x + "287"
        y287 = x
    if e.k288:
        x = x + "288"
        y288 = x
    if e.k289:
        x = x + "289"
        y289 = x
    if e.k290:
        x = x + "290"
        y290 = x
    if e.k291:
        x = x + "291"
        y291 = x
    if e.k292:
        x = x + "292"
        y292 = x
    if e.k293:
        x = x + "293"
        y293 = x
    if e.k294:
        x = x + "294"
        y294 = x
    if e.k295:
        x = x + "295"
        y295 = x
    if e.k296:
        x = x + "296"
        y296 = x
    if e.k297:
        x = x + "297"
        y297 = x
    if e.k298:
        x = x + "298"
        y298 = x
    if e.k299:
        x = x + "299"
        y299 = x
    if e.k300:
        x = x + "300"
        y300 = x
    if e.k301:
        x = x + "301"
        y301 = x
    if e.k302:
        x = x + "302"
        y302 = x
    if e.k303:
        x = x + "303"
        y303 = x
    if e.k304:
        x = x + "304"
        y304 = x
    if e.k305:
        x = x + "305"
        y305 = x
    if e.k306:
        x = x + "306"
        y306 = x
    if e.k307:
        x = x + "307"
        y307 = x
    if e.k308:
        x = x + "308"
        y308 = x
    if e.k309:
        x = x + "309"
        y309 = x
    if e.k310:
        x = x + "310"
        y310 = x
    if e.k311:
        x = x + "311"
        y311 = x
    if e.k312:
        x = x + "312"
        y312 = x
    if e.k313:
        x = x + "313"
        y313 = x
    if e.k314:
        x = x + "314"
        y314 = x
    if e.k315:
        x = x + "315"
        y315 = x
    if e.k316:
        x = x + "316"
        y316 = x
    if e.k317:
        x = x + "317"
        y317 = x
    if e.k318:
        x = x + "318"
        y318 = x
    if e.k319:
        x = x + "319"
        y319 = x
    if e.k320:
        x = x + "320"
        y320 = x
    if e.k321:
        x = x + "321"
        y321 = x
    if e.k322:
        x = x + "322"
        y322 = x
    if e.k323:
        x = x + "323"
        y323 = x
    if e.k324:
        x = x + "324"
        y324 = x
    if e.k325:
        x = x + "325"
        y325 = x
    if e.k326:
        x = x + "326"
        y326 = x
    if e.k327:
        x = x + "327"
        y327 = x
    if e.k328:
        x = x + "328"
        y328 = x
    if e.k329:
        x = x + "329"
        y329 = x
    if e.k330:
        x = x + "330"
        y330 = x
    if e.k331:
        x = x + "331"
        y331 = x
    if e.k332:
        x = x + "332"
        y332 = x
    if e.k333:
        x = x + "333"
        y333 = x
    if e.k334:
        x = x + "334"
        y334 = x
    if e.k335:
        x = x + "335"
        y335 = x
    if e.k336:
        x = x + "336"
        y336 = x
    if e.k337:
        x = x + "337"
        y337 = x
    if e.k338:
        x = x + "338"
        y338 = x
    if e.k339:
        x = x + "339"
        y339 = x
    if e.k340:
        x = x + "340"
        y340 = x
    if e.k341:
        x = x + "341"
        y341 = x
    if e.k342:
        x = x + "342"
        y342 = x
    if e.k343:
        x = x + "343"
        y343 = x
    if e.k344:
        x = x + "344"
        y344 = x
    if e.k345:
        x = x + "345"
        y345 = x
    if e.k346:
        x = x + "346"
        y346 = x
    if e.k347:
        x = x + "347"
        y347 = x
    if e.k348:
        x = x + "348"
        y348 = x
    if e.k349:
        x = x + "349"
        y349 = x
    if e.k350:
        x = x + "350"
        y350 = x
    if e.k351:
        x = x + "351"
        y351 = x
    if e.k352:
        x = x + "352"
        y352 = x
    if e.k353:
        x = x + "353"
        y353 = x
    if e.k354:
        x = x + "354"
        y354 = x
    if e.k355:
        x = x + "355"
        y355 = x
    if e.k356:
        x = x + "356"
        y356 = x
    if e.k357:
        x = x + "357"
        y357 = x
    if e.k358:
        x = x + "358"
        y358 = x
    if e.k359:
        x = x + "359"
        y359 = x
    if e.k360:
        x = x + "360"
        y360 = x
    if e.k361:
        x = x + "361"
        y361 = x
    if e.k362:
        x = x + "362"
        y362 = x
    if e.k363:
        x = x + "363"
        y363 = x
    if e.k364:
        x = x + "364"
        y364 = x
    if e.k365:
        x = x + "365"
        y365 = x
    if e.k366:
        x = x + "366"
        y366 = x
    if e.k367:
        x = x + "367"
        y367 = x
    if e.k368:
        x = x + "368"
        y368 = x
    if e.k369:
        x = x + "369"
        y369 = x
    if e.k370:
        x = x + "370"
        y370 = x
    if e.k371:
        x = x + "371"
        y371 = x
    if e.k372:
        x = x + "372"
        y372 = x
    if e.k373:
        x = x + "373"
        y373 = x
    if e.k374:
        x = x + "374"
        y374 = x
    if e.k375:
        x = x + "375"
        y375 = x
    if e.k376:
        x = x + "376"
        y376 = x
    if e.k377:
        x = x + "377"
        y377 = x
    if e.k378:
        x = x + "378"
        y378 = x
    if e.k379:
        x = x + "379"
        y379 = x
    if e.k380:
        x = x + "380"
        y380 = x
    if e.k381:
        x = x + "381"
        y381 = x
    if e.k382:
        x = x + "382"
        y382 = x
    if e.k383:
        x = x + "383"
        y383 = x
    if e.k384:
        x = x + "384"
        y384 = x
    if e.k385:
        x = x + "385"
        y385 = x
    if e.k386:
        x = x + "386"
        y386 = x
    if e.k387:
        x = x + "387"
        y387 = x
    if e.k388:
        x = x + "388"
        y388 = x
    if e.k389:
        x = x + "389"
        y389 = x
    if e.k390:
        x = x + "390"
        y390 = x
    if e.k391:
        x = x + "391"
        y391 = x
    if e.k392:
        x = x + "392"
        y392 = x
    if e.k393:
        x = x + "393"
        y393 = x
    if e.k394:
        x = x + "394"
        y394 = x
    if e.k395:
        x = x + "395"
        y395 = x
    if e.k396:
        x = x + "396"
        y396 = x
    if e.k397:
        x = x + "397"
        y397 = x
    if e.k398:
        x = x + "398"
        y398 = x
    if e.k399:
        x = x + "399"
        y399 = x
    if e.k400:
        x = x + "400"
        y400 = x
    if e.k401:
        x = x + "401"
        y401 = x
    if e.k402:
        x = x + "402"
        y402 = x
    if e.k403:
        x = x + "403"
        y403 = x
    if e.k404:
        x = x + "404"
        y404 = x
    if e.k405:
        x = x + "405"
        y405 = x
    if e.k406:
        x = x + "406"
        y406 = x
    if e.k407:
        x = x + "407"
        y407 = x
    if e.k408:
        x = x + "408"
        y408 = x
    if e.k409:
        x = x + "409"
        y409 = x
    if e.k410:
        x = x + "410"
        y410 = x
    if e.k411:
        x = x + "411"
        y411 = x
    if e.k412:
        x = x + "412"
        y412 = x
    if e.k413:
        x = x + "413"
        y413 = x
    if e.k414:
        x = x + "414"
        y414 = x
    if e.k415:
        x = x + "415"
        y415 = x
    if e.k416:
        x = x + "416"
        y416 = x
    if e.k417:
        x = x + "417"
        y417 = x
    if e.k418:
        x = x + "418"
        y418 = x
    if e.k419:
        x = x + "419"
        y419 = x
    if e.k420:
        x = x + "420"
        y420 = x
    if e.k421:
        x = x + "421"
        y421 = x
    if e.k422:
        x = x + "422"
        y422 = x
    if e.k423:
        x = x + "423"
        y423 = x
    if e.k424:
        x = x + "424"
        y424 = x
    if e.k425:
        x = x + "425"
        y425 = x
    if e.k426:
        x = x + "426"
        y426 = x
    if e.k427:
        x = x + "427"
        y427 = x
    if e.k428:
        x = x + "428"
        y428 = x
    if e.k429:
        x = x + "429"
        y429 = x
    if e.k430:
        x = x + "430"
        y430 = x
    if e.k431:
        x = x + "431"
        y431 = x
    if e.k432:
        x = x + "432"
        y432 = x
    if e.k433:
        x = x + "433"
        y433 = x
    if e.k434:
        x = x + "434"
        y434 = x
    if e.k435:
        x = x + "435"
        y435 = x
    if e.k436:
        x = x + "436"
        y436 = x
    if e.k437:
        x = x + "437"
        y437 = x
    if e.k438:
        x = x + "438"
        y438 = x
    if e.k439:
        x = x + "439"
        y439 = x
    if e.k440:
        x = x + "440"
        y440 = x
    if e.k441:
        x = x + "441"
        y441 = x
    if e.k442:
        x = x + "442"
        y442 = x
    if e.k443:
        x = x + "443"
        y443 = x
    if e.k444:
        x = x + "444"
        y444 = x
    if e.k445:
        x = x + "445"
        y445 = x
    if e.k446:
        x = x + "446"
        y446 = x
    if e.k447:
        x = x + "447"
        y447 = x
    if e.k448:
        x = x + "448"
        y448 = x
    if e.k449:
        x = x + "449"
        y449 = x
    if e.k450:
        x = x + "450"
        y450 = x
    if e.k451:
        x = x + "451"
        y451 = x
    if e.k452:
        x = x + "452"
        y452 = x
    if e.k453:
        x = x + "453"
        y453 = x
    if e.k454:
        x = x + "454"
        y454 = x
    if e.k455:
        x = x + "455"
        y455 = x
    if e.k456:
        x = x + "456"
        y456 = x
    if e.k457:
        x = x + "457"
        y457 = x
    if e.k458:
        x = x + "458"
        y458 = x
    if e.k459:
        x = x + "459"
        y459 = x
    if e.k460:
        x = x + "460"
        y460 = x
    if e.k461:
        x = x + "461"
        y461 = x
    if e.k462:
        x = x + "462"
        y462 = x
    if e.k463:
        x = x + "463"
        y463 = x
    if e.k464:
        x = x + "464"
        y464 = x
    if e.k465:
        x = x + "465"
        y465 = x
    if e.k466:
        x = x + "466"
        y466 = x
    if e.k467:
        x = x + "467"
        y467 = x
    if e.k468:
        x = x + "468"
        y468 = x
    if e.k469:
        x = x + "469"
        y469 = x
    if e.k470:
        x = x + "470"
        y470 = x
    if e.k471:
        x = x + "471"
        y471 = x
    if e.k472:
        x = x + "472"
        y472 = x
    if e.k473:
        x = x + "473"
        y473 = x
    if e.k474:
        x = x + "474"
        y474 = x
    if e.k475:
        x = x + "475"
        y475 = x
    if e.k476:
        x = x + "476"
        y476 = x
    if e.k477:
        x = x + "477"
        y477 = x
    if e.k478:
        x = x + "478"
        y478 = x
    if e.k479:
        x = x + "479"
        y479 = x
    if e.k480:
        x = x + "480"
        y480 = x
    if e.k481:
        x = x + "481"
        y481 = x
    if e.k482:
        x = x + "482"
        y482 = x
    if e.k483:
        x = x + "483"
        y483 = x
    if e.k484:
        x = x + "484"
        y484 = x
    if e.k485:
        x = x + "485"
        y485 = x
    if e.k486:
        x = x + "486"
        y486 = x
    if e.k487:
        x = x + "487"
        y487 = x
    if e.k488:
        x = x + "488"
        y488 = x
    if e.k489:
        x = x + "489"
        y489 = x
    if e.k490:
        x = x + "490"
        y490 = x
    if e.k491:
        x = x + "491"
        y491 = x
    if e.k492:
        x = x + "492"
        y492 = x
    if e.k493:
        x = x + "493"
        y493 = x
    if e.k494:
        x = x + "494"
        y494 = x
    if e.k495:
        x = x + "495"
        y495 = x
    if e.k496:
        x = x + "496"
        y496 = x
    if e.k497:
        x = x + "497"
        y497 = x
    if e.k498:
        x = x + "498"
        y498 = x
    if e.k499:
        x = x + "499"
        y499 = x
    if e.k500:
        x = x + "500"
        y500 = x
    if e.k501:
        x = x + "501"
        y501 = x
    if e.k502:
        x = x + "502"
        y502 = x
    if e.k503:
        x = x + "503"
        y503 = x
    if e.k504:
        x = x + "504"
        y504 = x
    if e.k505:
        x = x + "505"
        y505 = x
    if e.k506:
        x = x + "506"
        y506 = x
    if e.k507:
        x = x + "507"
        y507 = x
    if e.k508:
        x = x + "508"
        y508 = x
    if e.k509:
        x = x + "509"
        y509 = x
    if e.k510:
        x = x + "510"
        y510 = x
    if e.k511:
        x = x + "511"
        y511 = x
    if e.k512:
        x = x + "512"
        y512 = x
    if e.k513:
        x = x + "513"
        y513 = x
    if e.k514:
        x = x + "514"
        y514 = x
    if e.k515:
        x = x + "515"
        y515 = x
    if e.k516:
        x = x + "516"
        y516 = x
    if e.k517:
        x = x + "517"
        y517 = x
    if e.k518:
        x = x + "518"
        y518 = x
    if e.k519:
        x = x + "519"
        y519 = x
    if e.k520:
        x = x + "520"
        y520 = x
    if e.k521:
        x = x + "521"
        y521 = x
    if e.k522:
        x = x + "522"
        y522 = x
    if e.k523:
        x = x + "523"
        y523 = x
    if e.k524:
        x = x + "524"
        y524 = x
    if e.k525:
        x = x + "525"
        y525 = x
    if e.k526:
        x = x + "526"
        y526 = x
    if e.k527:
        x = x + "527"
        y527 = x
    if e.k528:
        x = x + "528"
        y528 = x
    if e.k529:
        x = x + "529"
        y529 = x
    if e.k530:
        x = x + "530"
        y530 = x
    if e.k531:
        x = x + "531"
        y531 = x
    if e.k532:
        x = x + "532"
        y532 = x
    if e.k533:
        x = x + "533"
        y533 = x
    if e.k534:
        x = x + "534"
        y534 = x
    if e.k535:
        x = x + "535"
        y535 = x
    if e.k536:
        x = x + "536"
        y536 = x
    if e.k537:
        x = x + "537"
        y537 = x
    if e.k538:
        x = x + "538"
        y538 = x
    if e.k539:
        x = x + "539"
        y539 = x
    if e.k540:
        x = x + "540"
        y540 = x
    if e.k541:
        x = x + "541"
        y541 = x
    if e.k542:
        x = x + "542"
        y542 = x
    if e.k543:
        x = x + "543"
        y543 = x
    if e.k544:
        x = x + "544"
        y544 = x
    if e.k545:
        x = x + "545"
        y545 = x
    if e.k546:
        x = x + "546"
        y546 = x
    if e.k547:
        x = x + "547"
        y547 = x
    if e.k548:
        x = x + "548"
        y548 = x
    if e.k549:
        x = x + "549"
        y549 = x
    if e.k550:
        x = x + "550"
        y550 = x
    if e.k551:
        x = x + "551"
        y551 = x
    if e.k552:
        x = x + "552"
        y552 = x
    if e.k553:
        x = x + "553"
        y553 = x
    if e.k554:
        x = x + "554"
        y554 = x
    if e.k555:
        x = x + "555"
        y555 = x
    if e.k556:
        x = x + "556"
        y556 = x
    if e.k557:
        x = x + "557"
        y557 = x
    if e.k558:
        x = x + "558"
        y558 = x
    if e.k559:
        x = x + "559"
        y559 = x
    if e.k560:
        x = x + "560"
        y560 = x
    if e.k561:
        x = x + "561"
        y561 = x
    if e.k562:
        x = x + "562"
        y562 = x
    if e.k563:
        x = x + "563"
        y563 = x
    if e.k564:
        x = x + "564"
        y564 = x
    if e.k565:
        x = x + "565"
        y565 = x
    if e.k566:
        x = x + "566"
        y566 = x
    if e.k567:
        x = x + "567"
        y567 = x
    if e.k568:
        x = x + "568"
        y568 = x
    if e.k569:
        x = x + "569"
        y569 = x
    if e.k570:
        x = x + "570"
        y570 = x
    if e.k571:
        x = x + "571"
        y571 = x
    if e.k572:
        x = x + "572"
        y572 = x
    if e.k573:
        x = x + "573"
        y573 = x
    if e.k574:
        x = x + "574"
        y574 = x
    if e.k575:
        x = x + "575"
        y575 = x
    if e.k576:
        x = x + "576"
        y576 = x
    if e.k577:
        x = x + "577"
        y577 = x
    if e.k578:
        x = x + "578"
        y578 = x
    if e.k579:
        x = x + "579"
        y579 = x
    if e.k580:
        x = x + "580"
        y580 = x
    if e.k581:
        x = x + "581"
        y581 = x
    if e.k582:
        x = x + "582"
        y582 = x
    if e.k583:
        x = x + "583"
        y583 = x
    if e.k584:
        x = x + "584"
        y584 = x
    if e.k585:
        x = x + "585"
        y585 = x
    if e.k586:
        x = x + "586"
        y586 = x
    if e.k587:
        x = x + "587"
        y587 = x
    if e.k588:
        x = x + "588"
        y588 = x
    if e.k589:
        x = x + "589"
        y589 = x
    if e.k590:
        x = x + "590"
        y590 = x
    if e.k591:
        x = x + "591"
        y591 = x
    if e.k592:
        x = x + "592"
        y592 = x
    if e.k593:
        x = x + "593"
        y593 = x
    if e.k594:
        x = x + "594"
        y594 = x
    if e.k595:
        x = x + "595"
        y595 = x
    if e.k596:
        x = x + "596"
        y596 = x
    if e.k597:
        x = x + "597"
        y597 = x
    if e.k598:
        x = x + "598"
        y598 = x
    if e.k599:
        x = x + "599"
        y599 = x
    if e.k600:
        x = x + "600"
        y600 = x
    if e.k601:
        x = x + "601"
        y601 = x
    if e.k602:
        x = x + "602"
        y602 = x
    if e.k603:
        x = x + "603"
        y603 = x
    if e.k604:
        x = x + "604"
        y604 = x
    if e.k605:
        x = x + "605"
        y605 = x
    if e.k606:
        x = x + "606"
        y606 = x
    if e.k607:
        x = x + "607"
        y607 = x
    if e.k608:
        x = x + "608"
        y608 = x
    if e.k609:
        x = x + "609"
        y609 = x
    if e.k610:
        x = x + "610"
        y610 = x
    if e.k611:
        x = x + "611"
        y611 = x
    if e.k612:
        x = x + "612"
        y612 = x
    if e.k613:
        x = x + "613"
        y613 = x
    if e.k614:
        x = x + "614"
        y614 = x
    if e.k615:
        x = x + "615"
        y615 = x
    if e.k616:
        x = x + "616"
        y616 = x
    if e.k617:
        x = x + "617"
        y617 = x
    if e.k618:
        x = x + "618"
        y618 = x
    if e.k619:
        x = x + "619"
        y619 = x
    if e.k620:
        x = x + "620"
        y620 = x
    if e.k621:
        x = x + "621"
        y621 = x
    if e.k622:
        x = x + "622"
        y622 = x
    if e.k623:
        x = x + "623"
        y623 = x
    if e.k624:
        x = x + "624"
        y624 = x
    if e.k625:
        x = x + "625"
        y625 = x
    if e.k626:
        x = x + "626"
        y626 = x
    if e.k627:
        x = x + "627"
        y627 = x
    if e.k628:
        x = x + "628"
        y628 = x
    if e.k629:
        x = x + "629"
        y629 = x
    if e.k630:
        x = x + "630"
        y630 = x
    if e.k631:
        x = x + "631"
        y631 = x
    if e.k632:
        x = x + "632"
        y632 = x
    if e.k633:
        x = x + "633"
        y633 = x
    if e.k634:
        x = x + "634"
        y634 = x
    if e.k635:
        x = x + "635"
        y635 = x
    if e.k636:
        x = x + "636"
        y636 = x
    if e.k637:
        x = x + "637"
        y637 = x
    if e.k638:
        x = x + "638"
        y638 = x
    if e.k639:
        x = x + "639"
        y639 = x
    if e.k640:
        x = x + "640"
        y640 = x
    if e.k641:
        x = x + "641"
        y641 = x
    if e.k642:
        x = x + "642"
        y642 = x
    if e.k643:
        x = x + "643"
        y643 = x
    if e.k644:
        x = x + "644"
        y644 = x
    if e.k645:
        x = x + "645"
        y645 = x
    if e.k646:
        x = x + "646"
        y646 = x
    if e.k647:
        x = x + "647"
        y647 = x
    if e.k648:
        x = x + "648"
        y648 = x
    if e.k649:
        x = x + "649"
        y649 = x
    if e.k650:
        x = x + "650"
        y650 = x
    if e.k651:
        x = x + "651"
        y651 = x
    if e.k652:
        x = x + "652"
        y652 = x
    if e.k653:
        x = x + "653"
        y653 = x
    if e.k654:
        x = x + "654"
        y654 = x
    if e.k655:
        x = x + "655"
        y655 = x
    if e.k656:
        x = x + "656"
        y656 = x
    if e.k657:
        x = x + "657"
        y657 = x
    if e.k658:
        x = x + "658"
        y658 = x
    if e.k659:
        x = x + "659"
        y659 = x
    if e.k660:
        x = x + "660"
        y660 = x
    if e.k661:
        x = x + "661"
        y661 = x
    if e.k662:
        x = x + "662"
        y662 = x
    if e.k663:
        x = x + "663"
        y663 = x
    if e.k664:
        x = x + "664"
        y664 = x
    if e.k665:
        x = x + "665"
        y665 = x
    if e.k666:
        x = x + "666"
        y666 = x
    if e.k667:
        x = x + "667"
        y667 = x
    if e.k668:
        x = x + "668"
        y668 = x
    if e.k669:
        x = x + "669"
        y669 = x
    if e.k670:
        x = x + "670"
        y670 = x
    if e.k671:
        x = x + "671"
        y671 = x
    if e.k672:
        x = x + "672"
        y672 = x
    if e.k673:
        x = x + "673"
        y673 = x
    if e.k674:
        x = x + "674"
        y674 = x
    if e.k675:
        x = x + "675"
        y675 = x
    if e.k676:
        x = x + "676"
        y676 = x
    if e.k677:
        x = x + "677"
        y677 = x
    if e.k678:
        x = x + "678"
        y678 = x
    if e.k679:
        x = x + "679"
        y679 = x
    if e.k680:
        x = x + "680"
        y680 = x
    if e.k681:
        x = x + "681"
        y681 = x
    if e.k682:
        x = x + "682"
        y682 = x
    if e.k683:
        x = x + "683"
        y683 = x
    if e.k684:
        x = x + "684"
        y684 = x
    if e.k685:
        x = x + "685"
        y685 = x
    if e.k686:
        x = x + "686"
        y686 = x
    if e.k687:
        x = x + "687"
        y687 = x
    if e.k688:
        x = x + "688"
        y688 = x
    if e.k689:
        x = x + "689"
        y689 = x
    if e.k690:
        x = x + "690"
        y690 = x
    if e.k691:
        x = x + "691"
        y691 = x
    if e.k692:
        x = x + "692"
        y692 = x
    if e.k693:
        x = x + "693"
        y693 = x
    if e.k694:
        x = x + "694"
        y694 = x
    if e.k695:
        x = x + "695"
        y695 = x
    if e.k696:
        x = x + "696"
        y696 = x
    if e.k697:
        x = x + "697"
        y697 = x
    if e.k698:
        x = x + "698"
        y698 = x
    if e.k699:
        x = x + "699"
        y699 = x
    if e.k700:
        x = x + "700"
        y700 = x
    if e.k701:
        x = x + "701"
        y701 = x
    if e.k702:
        x = x + "702"
        y702 = x
    if e.k703:
        x = x + "703"
        y703 = x
    if e.k704:
        x = x + "704"
        y704 = x
    if e.k705:
        x = x + "705"
        y705 = x
    if e.k706:
        x = x + "706"
        y706 = x
    if e.k707:
        x = x + "707"
        y707 = x
    if e.k708:
        x = x + "708"
        y708 = x
    if e.k709:
        x = x + "709"
        y709 = x
    if e.k710:
        x = x + "710"
        y710 = x
    if e.k711:
        x = x + "711"
        y711 = x
    if e.k712:
        x = x + "712"
        y712 = x
    if e.k713:
        x = x + "713"
        y713 = x
    if e.k714:
        x = x + "714"
        y714 = x
    if e.k715:
        x = x + "715"
        y715 = x
    if e.k716:
        x = x + "716"
        y716 = x
    if e.k717:
        x = x + "717"
        y717 = x
    if e.k718:
        x = x + "718"
        y718 = x
    if e.k719:
        x = x + "719"
        y719 = x
    if e.k720:
        x = x + "720"
        y720 = x
    if e.k721:
        x = x + "721"
        y721 = x
    if e.k722:
        x = x + "722"
        y722 = x
    if e.k723:
        x = x + "723"
        y723 = x
    if e.k724:
        x = x + "724"
        y724 = x
    if e.k725:
        x = x + "725"
        y725 = x
    if e.k726:
        x = x + "726"
        y726 = x
    if e.k727:
        x = x + "727"
        y727 = x
    if e.k728:
        x = x + "728"
        y728 = x
    if e.k729:
        x = x + "729"
        y729 = x
    if e.k730:
        x = x + "730"
        y730 = x
    if e.k731:
        x = x + "731"
        y731 = x
    if e.k732:
        x = x + "732"
        y732 = x
    if e.k733:
        x = x + "733"
        y733 = x
    if e.k734:
        x = x + "734"
        y734 = x
    if e.k735:
        x = x + "735"
        y735 = x
    if e.k736:
        x = x + "736"
        y736 = x
    if e.k737:
        x = x + "737"
        y737 = x
    if e.k738:
        x = x + "738"
        y738 = x
    if e.k739:
        x = x + "739"
        y739 = x
    if e.k740:
        x = x + "740"
        y740 = x
    if e.k741:
        x = x + "741"
        y741 = x
    if e.k742:
        x = x + "742"
        y742 = x
    if e.k743:
        x = x + "743"
        y743 = x
    if e.k744:
        x = x + "744"
        y744 = x
    if e.k745:
        x = x + "745"
        y745 = x
    if e.k746:
        x = x + "746"
        y746 = x
    if e.k747:
        x = x + "747"
        y747 = x
    if e.k748:
        x = x + "748"
        y748 = x
    if e.k749:
        x = x + "749"
        y749 = x
    if e.k750:
        x = x + "750"
        y750 = x
    if e.k751:
        x = x + "751"
        y751 = x
    if e.k752:
        x = x + "752"
        y752 = x
    if e.k753:
        x = x + "753"
        y753 = x
    if e.k754:
        x = x + "754"
        y754 = x
    if e.k755:
        x = x + "755"
        y755 = x
    if e.k756:
        x = x + "756"
        y756 = x
    if e.k757:
        x = x + "757"
        y757 = x
    if e.k758:
        x = x + "758"
        y758 = x
    if e.k759:
        x = x + "759"
        y759 = x
    if e.k760:
        x = x + "760"
        y760 = x
    if e.k761:
        x = x + "761"
        y761 = x
    if e.k762:
        x = x + "762"
        y762 = x
    if e.k763:
        x = x + "763"
        y763 = x
    if e.k764:
        x = x + "764"
        y764 = x
    if e.k765:
        x = x + "765"
        y765 = x
    if e.k766:
        x = x + "766"
        y766 = x
    if e.k767:
        x = x + "767"
        y767 = x
    if e.k768:
        x = x + "768"
        y768 = x
    if e.k769:
        x = x + "769"
        y769 = x
    if e.k770:
        x = x + "770"
        y770 = x
    if e.k771:
        x = x + "771"
        y771 = x
    if e.k772:
        x = x + "772"
        y772 = x
    if e.k773:
        x = x + "773"
        y773 = x
    if e.k774:
        x = x + "774"
        y774 = x
    if e.k775:
        x = x + "775"
        y775 = x
    if e.k776:
        x = x + "776"
        y776 = x
    if e.k777:
        x = x + "777"
        y777 = x
    if e.k778:
        x = x + "778"
        y778 = x
    if e.k779:
        x = x + "779"
        y779 = x
    if e.k780:
        x = x + "780"
        y780 = x
    if e.k781:
        x = x + "781"
        y781 = x
    if e.k782:
        x = x + "782"
        y782 = x
    if e.k783:
        x = x + "783"
        y783 = x
    if e.k784:
        x = x + "784"
        y784 = x
    if e.k785:
        x = x + "785"
        y785 = x
    if e.k786:
        x = x + "786"
        y786 = x
    if e.k787:
        x = x + "787"
        y787 = x
    if e.k788:
        x = x + "788"
        y788 = x
    if e.k789:
        x = x + "789"
        y789 = x
    if e.k790:
        x = x + "790"
        y790 = x
    if e.k791:
        x = x + "791"
        y791 = x
    if e.k792:
        x = x + "792"
        y792 = x
    if e.k793:
        x = x + "793"
        y793 = x
    if e.k794:
        x = x + "794"
        y794 = x
    if e.k795:
        x = x + "795"
        y795 = x
    if e.k796:
        x = x + "796"
        y796 = x
    if e.k797:
        x = x + "797"
        y797 = x
    if e.k798:
        x = x + "798"
        y798 = x
    if e.k799:
        x = x + "799"
        y799 = x
    if e.k800:
        x = x + "800"
        y800 = x
    if e.k801:
        x = x + "801"
        y801 = x
    if e.k802:
        x = x + "802"
        y802 = x
    if e.k803:
        x = x + "803"
        y803 = x
    if e.k804:
        x = x + "804"
        y804 = x
    if e.k805:
        x = x + "805"
        y805 = x
    if e.k806:
        x = x + "806"
        y806 = x
    if e.k807:
        x = x + "807"
        y807 = x
    if e.k808:
        x = x + "808"
        y808 = x
    if e.k809:
        x = x + "809"
        y809 = x
    if e.k810:
        x = x + "810"
        y810 = x
    if e.k811:
        x = x + "811"
        y811 = x
    if e.k812:
        x = x + "812"
        y812 = x
    if e.k813:
        x = x + "813"
        y813 = x
    if e.k814:
        x = x + "814"
        y814 = x
    if e.k815:
        x = x + "815"
        y815 = x
    if e.k816:
        x = x + "816"
        y816 = x
    if e.k817:
        x = x + "817"
        y817 = x
    if e.k818:
        x = x + "818"
        y818 = x
    if e.k819:
        x = x + "819"
        y819 = x
    if e.k820:
        x = x + "820"
        y820 = x
    if e.k821:
        x = x + "821"
        y821 = x
    if e.k822:
        x = x + "822"
        y822 = x
    if e.k823:
        x = x + "823"
        y823 = x
    if e.k824:
        x = x + "824"
        y824 = x
    if e.k825:
        x = x + "825"
        y825 = x
    if e.k826:
        x = x + "826"
        y826 = x
    if e.k827:
        x = x + "827"
        y827 = x
    if e.k828:
        x = x + "828"
        y828 = x
    if e.k829:
        x = x + "829"
        y829 = x
    if e.k830:
        x = x + "830"
        y830 = x
    if e.k831:
        x = x + "831"
        y831 = x
    if e.k832:
        x = x + "832"
        y832 = x
    if e.k833:
        x = x + "833"
        y833 = x
    if e.k834:
        x = x + "834"
        y834 = x
    if e.k835:
        x = x + "835"
        y835 = x
    if e.k836:
        x = x + "836"
        y836 = x
    if e.k837:
        x = x + "837"
        y837 = x
    if e.k838:
        x = x + "838"
        y838 = x
    if e.k839:
        x = x + "839"
        y839 = x
    if e.k840:
        x = x + "840"
        y840 = x
    if e.k841:
        x = x + "841"
        y841 = x
    if e.k842:
        x = x + "842"
        y842 = x
    if e.k843:
        x = x + "843"
        y843 = x
    if e.k844:
        x = x + "844"
        y844 = x
    if e.k845:
        x = x + "845"
        y845 = x
    if e.k846:
        x = x + "846"
        y846 = x
    if e.k847:
        x = x + "847"
        y847 = x
    if e.k848:
        x = x + "848"
        y848 = x
    if e.k849:
        x = x + "849"
        y849 = x
    if e.k850:
        x = x + "850"
        y850 = x
    if e.k851:
        x = x + "851"
        y851 = x
    if e.k852:
        x = x + "852"
        y852 = x
    if e.k853:
        x = x + "853"
        y853 = x
    if e.k854:
        x = x + "854"
        y854 = x
    if e.k855:
        x = x + "855"
        y855 = x
    if e.k856:
        x = x + "856"
        y856 = x
    if e.k857:
        x = x + "857"
        y857 = x
    if e.k858:
        x = x + "858"
        y858 = x
    if e.k859:
        x = x + "859"
        y859 = x
    if e.k860:
        x = x + "860"
        y860 = x
    if e.k861:
        x = x + "861"
        y861 = x
    if e.k862:
        x = x + "862"
        y862 = x
    if e.k863:
        x = x + "863"
        y863 = x
    if e.k864:
        x = x + "864"
        y864 = x
    if e.k865:
        x = x + "865"
        y865 = x
    if e.k866:
        x = x + "866"
        y866 = x
    if e.k867:
        x = x + "867"
        y867 = x
    if e.k868:
        x = x + "868"
        y868 = x
    if e.k869:
        x = x + "869"
        y869 = x
    if e.k870:
        x = x + "870"
        y870 = x
    if e.k871:
        x = x + "871"
        y871 = x
    if e.k872:
        x = x + "872"
        y872 = x
    if e.k873:
        x = x + "873"
        y873 = x
    if e.k874:
        x = x + "874"
        y874 = x
    if e.k875:
        x = x + "875"
        y875 = x
    if e.k876:
        x = x + "876"
        y876 = x
    if e.k877:
        x = x + "877"
        y877 = x
    if e.k878:
        x = x + "878"
        y878 = x
    if e.k879:
        x = x + "879"
        y879 = x
    if e.k880:
        x = x + "880"
        y880 = x
    if e.k881:
        x = x + "881"
        y881 = x
    if e.k882:
        x = x + "882"
        y882 = x
    if e.k883:
        x = x + "883"
        y883 = x
    if e.k884:
        x = x + "884"
        y884 = x
    if e.k885:
        x = x + "885"
        y885 = x
    if e.k886:
        x = x + "886"
        y886 = x
    if e.k887:
        x = x + "887"
        y887 = x
    if e.k888:
        x = x + "888"
        y888 = x
    if e.k889:
        x = x + "889"
        y889 = x
    if e.k890:
        x = x + "890"
        y890 = x
    if e.k891:
        x = x + "891"
        y891 = x
    if e.k892:
        x = x + "892"
        y892 = x
    if e.k893:
        x = x + "893"
        y893 = x
    if e.k894:
        x = x + "894"
        y894 = x
    if e.k895:
        x = x + "895"
        y895 = x
    if e.k896:
        x = x + "896"
        y896 = x
    if e.k897:
        x = x + "897"
        y897 = x
    if e.k898:
        x = x + "898"
        y898 = x
    if e.k899:
        x = x + "899"
        y899 = x
    os.system(x)
