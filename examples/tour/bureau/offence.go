package bureau

// offence is a type of violation, and what usually follows from it.
type offence struct {
	name       string
	fact       string // {day} {street} {thing} {n} {value} are filled in
	things     []string
	basis      string
	categories []string
	sectors    sector
	fines      []int // in 元; the first is the commonest
	persons    bool  // somebody without a licence may have done it
	revokes    bool
}

// offences are what market supervision mostly decides about.
func offences() []offence {
	return []offence{
		{name: "经营超过保质期的食品", sectors: food, things: []string{"面包", "酸奶", "火腿肠", "辣条", "方便面", "糕点", "月饼", "儿童饮料"},
			fact:  "{day}，执法人员对当事人位于{street}的经营场所进行检查，发现货架上待售的{thing}{n}袋已超过保质期，货值金额{value}元。",
			basis: "《中华人民共和国食品安全法》第三十四条第（十）项、第一百二十四条第一款第（五）项", categories: []string{"罚款", "没收违法所得", "没收非法财物"}, fines: []int{1000, 2000, 3000, 5000, 5000, 10000}},
		{name: "未取得食品经营许可从事食品经营活动", sectors: food, things: []string{"早点", "快餐", "烧烤", "凉菜", "奶茶"}, persons: true,
			fact:  "{day}，经群众举报查实，当事人未取得食品经营许可，在{street}制售{thing}，已售{n}份，违法所得{value}元。",
			basis: "《中华人民共和国食品安全法》第三十五条第一款、第一百二十二条第一款", categories: []string{"罚款", "没收违法所得"}, fines: []int{2000, 3000, 5000, 10000, 50000}},
		{name: "未履行进货查验义务", sectors: food, things: []string{"猪肉", "冻品", "干货", "食用油", "大米", "调味品"},
			fact:  "{day}，执法人员在{street}检查时，当事人不能提供所购{thing}的供货者许可证和合格证明，共{n}批次。",
			basis: "《中华人民共和国食品安全法》第五十三条、第一百二十六条第一款第（三）项", categories: []string{"警告"}},
		{name: "销售标签不符合规定的预包装食品", sectors: food, things: []string{"蜂蜜", "腊肉", "米酒", "红薯干", "茶油"},
			fact:  "当事人在{street}销售的{thing}标签未标明生产日期和保质期，共{n}瓶，货值金额{value}元，于{day}被查获。",
			basis: "《中华人民共和国食品安全法》第六十七条第一款、第一百二十五条第一款第（二）项", categories: []string{"罚款", "没收违法所得"}, fines: []int{500, 1000, 2000, 5000}},
		{name: "未按规定明码标价", sectors: anySector, things: []string{"所陈列商品", "促销商品", "散装商品", "柜台内商品"}, persons: true,
			fact:  "{day}，当事人在{street}的经营场所内{thing}中有{n}种未标明价格，经责令改正后仍未改正。",
			basis: "《中华人民共和国价格法》第十三条、第四十二条", categories: []string{"罚款"}, fines: []int{200, 500, 1000, 2000, 5000}},
		{name: "发布虚假广告", sectors: services | drugs, things: []string{"养生项目", "理疗仪", "祛斑产品", "保健贴"},
			fact:  "当事人在其微信公众号和{street}门店内发布{thing}广告，宣称“根治”“无效退款”，与实际情况不符，广告费用{value}元，{day}立案调查。",
			basis: "《中华人民共和国广告法》第二十八条、第五十五条第一款", categories: []string{"罚款", "责令停产停业"}, fines: []int{5000, 10000, 20000, 100000, 200000}},
		{name: "使用未经定期检验的特种设备", sectors: services | goods, things: []string{"电梯", "叉车", "锅炉", "压力容器", "起重机械"},
			fact:  "{day}，执法人员现场检查发现，当事人在{street}使用的{n}台{thing}已超过检验有效期，未经定期检验继续使用。",
			basis: "《中华人民共和国特种设备安全法》第四十条第三款、第八十四条第（一）项", categories: []string{"罚款"}, fines: []int{30000, 30000, 40000, 50000}},
		{name: "销售侵犯注册商标专用权的商品", sectors: goods, things: []string{"白酒", "香烟", "运动鞋", "手机壳", "机油", "洗衣液"},
			fact:  "{day}，经权利人鉴定，当事人在{street}销售的{n}件{thing}系侵犯注册商标专用权的商品，货值金额{value}元。",
			basis: "《中华人民共和国商标法》第五十七条第（三）项、第六十条第二款", categories: []string{"罚款", "没收非法财物"}, fines: []int{1000, 3000, 5000, 10000, 30000}},
		{name: "从非法渠道购进药品", sectors: drugs, things: []string{"感冒灵颗粒", "阿莫西林胶囊", "云南白药", "维生素片", "藿香正气水"},
			fact:  "{day}，当事人在{street}的药房内有{n}盒{thing}购自无药品经营许可的个人，货值金额{value}元。",
			basis: "《中华人民共和国药品管理法》第五十五条、第一百二十九条", categories: []string{"罚款", "没收违法所得", "没收非法财物"}, fines: []int{10000, 20000, 50000, 100000}},
		{name: "使用未经检定的计量器具", sectors: food | drugs | goods, things: []string{"电子秤", "加油机", "地磅", "血压计"},
			fact:  "{day}，当事人在{street}使用的{n}台{thing}未申请强制检定，属未经检定合格的计量器具。",
			basis: "《中华人民共和国计量法》第九条第一款、第二十五条", categories: []string{"罚款", "警告"}, fines: []int{200, 500, 800, 1000}},
		{name: "未经登记从事经营活动", sectors: services | goods, things: []string{"家电维修", "废品回收", "废旧轮胎加工", "房屋中介", "托管服务"}, persons: true,
			fact:  "当事人未办理市场主体登记，自{day}起在{street}从事{thing}，至查获时违法所得{value}元。",
			basis: "《中华人民共和国市场主体登记管理条例》第三条第一款、第四十三条", categories: []string{"罚款", "没收违法所得"}, fines: []int{1000, 2000, 5000, 8000}},
		{name: "以次充好销售不合格产品", sectors: goods, things: []string{"电线", "水泥", "复合肥", "插座", "成品油", "农膜"},
			fact:  "经{day}监督抽检，当事人在{street}销售的{thing}不合格，共{n}件，货值金额{value}元。",
			basis: "《中华人民共和国产品质量法》第三十九条、第五十条", categories: []string{"罚款", "没收违法所得", "没收非法财物"}, fines: []int{2000, 5000, 10000, 20000, 50000}},
		{name: "无正当理由连续停业六个月以上", sectors: anySector, things: []string{""}, revokes: true,
			fact:  "经实地核查，当事人在{street}的住所已连续停业六个月以上，{day}公告后仍未恢复经营。",
			basis: "《中华人民共和国公司法》第二百一十一条第一款", categories: []string{"吊销许可证件"}},
	}
}
