"""What source columns are usually called, in exports of shops and messengers, English and Chinese."""

import re

# canonical column -> names as they are written without case, spaces and punctuation
SYNONYMS: dict[str, tuple[str, ...]] = {
    "user_id": (
        "customerid", "customer", "custid", "memberid", "member", "buyerid", "clientid", "uid", "openid", "unionid",
        "accountid", "用户id", "用户编号", "会员id", "会员编号", "客户编号", "客户id", "买家id",
    ),
    "order_id": (
        "invoiceno", "invoice", "invoiceid", "orderno", "ordernumber", "transactionid", "receiptno", "billno",
        "订单号", "订单编号", "订单id", "交易号",
    ),
    "ordered_at": (
        "invoicedate", "orderdate", "ordertime", "date", "datetime", "createdat", "paidat", "purchasedate",
        "transactiondate", "timestamp", "下单时间", "订单时间", "支付时间", "付款时间", "日期",
    ),
    "amount": (
        "total", "totalamount", "ordertotal", "orderamount", "grandtotal", "revenue", "paidamount", "payment",
        "dollarvalue", "value", "spend", "订单金额", "实付金额", "支付金额", "金额", "总价",
    ),
    "quantity": ("qty", "units", "count", "numberofitems", "数量", "件数", "购买数量"),
    "unit_price": ("unitprice", "price", "itemprice", "单价", "商品单价"),
    "line_amount": ("linetotal", "itemtotal", "subtotal", "lineamount", "小计", "商品金额"),
    "sku": ("stockcode", "productid", "itemid", "productcode", "itemcode", "商品编码", "商品id", "货号"),
    "product_name": ("description", "productname", "product", "itemname", "item", "title", "商品名称", "商品标题"),
    "category": ("productcategory", "department", "类目", "品类", "分类"),
    "status": ("orderstatus", "state", "订单状态", "状态"),
    "refund_of_order_id": ("originalorderid", "refundorderid", "parentorderid", "原订单号"),
    "registered_at": ("signupdate", "registrationdate", "joindate", "registertime", "注册时间", "注册日期"),
    "nickname": ("name", "username", "displayname", "昵称", "姓名", "用户名"),
    "phone": ("mobile", "phonenumber", "telephone", "cellphone", "手机号", "手机", "电话"),
    "wecom_id": ("wechatid", "externaluserid", "wecomid", "微信号", "企业微信id"),
    "email": ("mail", "emailaddress", "邮箱"),
    "channel": ("source", "acquisitionchannel", "utmsource", "渠道", "来源", "注册渠道"),
    "city": ("town", "城市", "所在城市"),
    "province": ("region", "省份", "省"),
    "country": ("nation", "国家"),
    "gender": ("sex", "性别"),
    "birth_date": ("birthday", "dateofbirth", "dob", "生日", "出生日期"),
    "store_id": ("storeid", "shopid", "门店id", "门店编号"),
    "coupon": ("couponcode", "voucher", "discountcode", "优惠券"),
    "currency": ("currencycode", "币种"),
    "updated_at": ("modifiedat", "lastmodified", "更新时间"),
    "group_id": ("groupid", "chatid", "roomid", "群id", "群编号"),
    "contact_id": ("contactno", "callid", "scheduleid", "联系编号", "排期编号"),
    "contacted_at": ("contactdate", "contacttime", "calldate", "calltime", "联系时间", "联系日期", "实际联系时间"),
    "result": ("outcome", "contactresult", "联系结果", "结果"),
    "event_type": ("event", "action", "事件", "行为"),
    "occurred_at": ("eventtime", "time", "发生时间"),
}  # fmt: skip

DATE_FORMATS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日", "%d %b %Y", "%b %d, %Y", "%Y%m%d%H%M%S", "%Y-%m-%dT%H%M%S",
)  # fmt: skip

# order status -> what shops call it; everything else is asked about
STATUS_WORDS: dict[str, tuple[str, ...]] = {
    "refund": ("refunded", "returned", "return", "chargeback", "退款", "已退款", "退货", "已退货"),
    "cancelled": ("canceled", "cancel", "void", "voided", "取消", "已取消", "已关闭", "交易关闭"),
    "pending": ("unpaid", "onhold", "awaitingpayment", "created", "待付款", "未付款", "待支付"),
    "failed": ("declined", "error", "rejected", "支付失败"),
}


def plain(name: str) -> str:
    """A column's name without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name.lower())
