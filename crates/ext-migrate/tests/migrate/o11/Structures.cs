using System;
using System.Collections;
using System.Data;
using System.Runtime.Serialization;
using OutSystems.ObjectKeys;
using OutSystems.HubEdition.RuntimePlatform;

namespace OutSystems.NssWarehouse_Tools {

	/// <summary>
	/// Structure <code>STArticleStructure</code> that represents the Service Studio structure
	///  <code>Article</code> <p> Description: What is stored, wherever that may be, and whatever it
	///  may cos
	/// t.</p>
	/// </summary>
	[Serializable()]
	public partial struct STArticleStructure: ISerializable, ITypedRecord<STArticleStructure>, ISimpleRecord {
		private static readonly GlobalObjectKey IdName = GlobalObjectKey.Parse("AAAAAAAAAAAAAAAAAAAAAA*AAAAAAAAAAAAAAAAAAAAAA");

		public static void EnsureInitialized() {}
		[System.Xml.Serialization.XmlElement("Name")]
		public string ssName;

		[System.Xml.Serialization.XmlElement("Count")]
		public int ssCount;

		[System.Xml.Serialization.XmlElement("Total")]
		public long ssTotal;

		[System.Xml.Serialization.XmlElement("IsActive")]
		public bool ssIsActive;

		[System.Xml.Serialization.XmlElement("Price")]
		public decimal ssPrice;

		[System.Xml.Serialization.XmlElement("Weight")]
		public decimal ssWeight;

		[System.Xml.Serialization.XmlElement("AddedOn")]
		public DateTime ssAddedOn;

		[System.Xml.Serialization.XmlElement("OpensAt")]
		public DateTime ssOpensAt;

		[System.Xml.Serialization.XmlElement("ChangedAt")]
		public DateTime ssChangedAt;

		[System.Xml.Serialization.XmlElement("Contact")]
		public string ssContact;

		[System.Xml.Serialization.XmlElement("Phone")]
		public string ssPhone;

		[System.Xml.Serialization.XmlElement("Picture")]
		public byte[] ssPicture;

		[System.Xml.Serialization.XmlElement("Type")]
		public string ssType;

		public RLSizeRecordList ssSizes;

		public STSizeStructure ssBox;


		public BitArray OptimizedAttributes;

		public STArticleStructure(params string[] dummy) {
			OptimizedAttributes = null;
			ssName = "";
			ssCount = 12;
			ssTotal = 0L;
			ssIsActive = true;
			ssPrice = 0.0M;
			ssWeight = 0.5M;
			ssAddedOn = new DateTime(1900, 1, 1, 0, 0, 0);
			ssOpensAt = new DateTime(1900, 1, 1, 8, 30, 0);
			ssChangedAt = new DateTime(2020, 1, 31, 0, 0, 0);
			ssContact = "store@example.com";
			ssPhone = "";
			ssPicture = new byte[] {};
			ssType = "plain \"A\"";
			ssSizes = new RLSizeRecordList();
			ssBox = new STSizeStructure(null);
		}

		public void Read(IDataReader r, ref int index) {
			ssName = r.ReadText(index++, "Article.Name", "");
		}

		public static bool operator == (STArticleStructure a, STArticleStructure b) {
			if (a.ssName != b.ssName) return false;
			return true;
		}

		public void ToXml(Object parent, System.Xml.XmlElement baseElem, String fieldName, int detailLevel) {
			System.Xml.XmlElement recordElem = VarValue.AppendChild(baseElem, "Structure");
			if (detailLevel > 0) {
				if (!VarValue.FieldIsOptimized(parent, fieldName + ".Name")) VarValue.AppendAttribute(recordElem, "Name", ssName, detailLevel, TypeKind.Text); else VarValue.AppendOptimizedAttribute(recordElem, "Name");
				VarValue.AppendAttribute(recordElem, "Count", ssCount, detailLevel, TypeKind.Integer);
				VarValue.AppendAttribute(recordElem, "Total", ssTotal, detailLevel, TypeKind.LongInteger);
				VarValue.AppendAttribute(recordElem, "IsActive", ssIsActive, detailLevel, TypeKind.Boolean);
				VarValue.AppendAttribute(recordElem, "Price", ssPrice, detailLevel, TypeKind.Currency);
				VarValue.AppendAttribute(recordElem, "Weight", ssWeight, detailLevel, TypeKind.Decimal);
				VarValue.AppendAttribute(recordElem, "AddedOn", ssAddedOn, detailLevel, TypeKind.Date);
				VarValue.AppendAttribute(recordElem, "OpensAt", ssOpensAt, detailLevel, TypeKind.Time);
				VarValue.AppendAttribute(recordElem, "ChangedAt", ssChangedAt, detailLevel, TypeKind.DateTime);
				VarValue.AppendAttribute(recordElem, "Contact", ssContact, detailLevel, TypeKind.Email);
				VarValue.AppendAttribute(recordElem, "Phone", ssPhone, detailLevel, TypeKind.PhoneNumber);
				VarValue.AppendAttribute(recordElem, "Picture", ssPicture, detailLevel, TypeKind.BinaryData);
				VarValue.AppendAttribute(recordElem, "Type", ssType, detailLevel, TypeKind.Text);
			} else {
				VarValue.AppendDeferredEvaluationElement(recordElem);
			}
		}
	} // STArticleStructure

	/// <summary>
	/// Structure <code>STSizeStructure</code> that represents the Service Studio structure
	///  <code>Size</code> <p> Description: </p>
	/// </summary>
	[Serializable()]
	public partial struct STSizeStructure: ISerializable, ITypedRecord<STSizeStructure>, ISimpleRecord {
		[System.Xml.Serialization.XmlElement("Width")]
		public decimal ssWidth;

		[System.Xml.Serialization.XmlElement("Parts")]
		public RLSizeRecordList ssParts;
	} // STSizeStructure

	/// <summary>
	/// Structure <code>STUnusedStructure</code> that represents the Service Studio structure
	///  <code>Unused</code> <p> Description: Nobody takes it.</p>
	/// </summary>
	[Serializable()]
	public partial struct STUnusedStructure: ISerializable, ITypedRecord<STUnusedStructure>, ISimpleRecord {
		public string ssText;
	} // STUnusedStructure

} // OutSystems.NssWarehouse_Tools
